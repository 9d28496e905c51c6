import { AppError, type FieldProblem } from "../../core/errors.js";
import type { Content, TemplateParameter } from "../../core/message.js";
import type { Clock } from "../../core/ports.js";
import type { AccountRepo } from "../repos/accounts.js";
import type { ListedTemplate, Template, TemplateRepo } from "../repos/templates.js";
import type { ChannelAccount } from "../types.js";

type TemplateContent = Extract<Content, { kind: "template" }>;

interface Deps {
  accounts: AccountRepo;
  templates: TemplateRepo;
  /** Asks the provider; undefined where the channel has no templates. Rejects with ProviderError. */
  listed(account: ChannelAccount, progress: (soFar: number) => void): Promise<ListedTemplate[] | undefined>;
  /** Tells whoever looks how many have come so far. */
  soFar(account: ChannelAccount, count: number): void;
  clock: Clock;
}

/** A template with its places filled in, as the customer will see it. */
export interface TemplatePreview {
  header: string | null;
  body: string;
  footer: string | null;
  buttons: { label: string; url: string | null }[];
  /** What is wrong; empty when it can be sent. */
  problems: FieldProblem[];
}

export interface Templates {
  /** Brings the account's templates here. Throws AppError `not_found`, `unprocessable` (this channel has none). */
  sync(workspaceId: string, accountId: string): Promise<Template[]>;
  /** Throws AppError `not_found`. */
  list(workspaceId: string, accountId: string): Promise<Template[]>;
  /** Throws AppError `not_found`. */
  preview(workspaceId: string, accountId: string, content: TemplateContent): Promise<TemplatePreview>;
  /**
   * The content with the words that the customer will read. Throws AppError `unprocessable` with every problem. An account
   * whose templates were never brought here is left to the provider.
   */
  ready(workspaceId: string, accountId: string, content: TemplateContent): Promise<TemplateContent>;
}

const placePattern = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

export function templateUsecases({ accounts, templates, listed, soFar, clock }: Deps): Templates {
  async function account(workspaceId: string, accountId: string): Promise<ChannelAccount> {
    const found = await accounts.find(workspaceId, accountId);
    if (!found) throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
    return found;
  }

  return {
    async sync(workspaceId, accountId) {
      const owner = await account(workspaceId, accountId);
      const all = await listed(owner, (count) => soFar(owner, count));
      if (!all) {
        throw new AppError(
          "unprocessable",
          "This account has no templates, or lacks the business account id that they are asked with.",
          { reason: "templates_unsupported" },
        );
      }
      await templates.replace(owner, all, clock.now());
      return templates.list(workspaceId, accountId);
    },

    async list(workspaceId, accountId) {
      await account(workspaceId, accountId);
      return templates.list(workspaceId, accountId);
    },

    async preview(workspaceId, accountId, content) {
      const template = await templates.find(workspaceId, accountId, content.name, content.language);
      if (!template)
        throw new AppError("not_found", "There is no such template on this account.", { reason: "template_unknown" });
      return previewOf(template, content.parameters);
    },

    async ready(workspaceId, accountId, content) {
      const template = await templates.find(workspaceId, accountId, content.name, content.language);
      if (!template) {
        if (!(await templates.any(accountId))) return content;
        throw new AppError("unprocessable", `There is no template "${content.name}" in ${content.language}.`, {
          reason: "template_unknown",
          errors: [{ pointer: "/content/name", message: "Unknown template" }],
        });
      }
      if (template.status !== "approved") {
        throw new AppError("unprocessable", `The template is ${template.status}, so it cannot be sent.`, {
          reason: "template_not_approved",
        });
      }
      if (template.parts === null) return content;
      const { problems, ...shown } = previewOf(template, content.parameters);
      if (problems.length > 0) {
        throw new AppError("unprocessable", "The template's places are not filled in rightly. Nothing was sent.", {
          reason: "template_parameters",
          errors: problems,
        });
      }
      const text = [shown.header, shown.body, shown.footer].filter((part) => part !== null && part !== "").join("\n");
      return { ...content, text };
    },
  };
}

/** Fills the places in and finds what does not fit. Places are named or numbered from 1. */
function previewOf({ parts }: Template, parameters: readonly TemplateParameter[]): TemplatePreview {
  const problems: FieldProblem[] = [];
  const problem = (more: Omit<FieldProblem, "pointer">) => problems.push({ pointer: "/content/parameters", ...more });
  const all = parts ?? [];

  function filled(words: string, given: readonly TemplateParameter[], where: string): string {
    const places = [...new Set([...words.matchAll(placePattern)].map((match) => match[1]!))];
    if (given.length > places.length) {
      problem({ code: "places_exceeded", message: `The ${where} has ${places.length} places, not ${given.length}.` });
    }
    return words.replace(placePattern, (whole, place: string) => {
      const value = given.find((one) => one.name === place) ?? given[Number(place) - 1];
      if (value === undefined || value.value.trim() === "") {
        problem({
          code: "place_empty",
          params: { place },
          message: `The place {{${place}}} of the ${where} is empty.`,
        });
        return whole;
      }
      return value.value;
    });
  }

  const of = (part: "header" | "body") => parameters.filter((one) => (one.in ?? "body") === part);
  const header = all.find((part) => part.in === "header");
  const wordsOf = (place: "body" | "footer") => all.flatMap((part) => (part.in === place ? [part.text] : []))[0];
  const media = header !== undefined && !["text", "location"].includes(header.format);
  if (media && of("header").every((one) => one.type !== header.format)) {
    problem({
      code: "header_file_missing",
      message: `The header needs a parameter of type ${header.format} with its address.`,
    });
  }
  const heading =
    header && (header.format === "text" ? filled(header.text ?? "", of("header"), "header") : `[${header.format}]`);
  const buttons = all.flatMap((part) => {
    if (part.in !== "button") return [];
    const own = parameters.filter((one) => one.in === "button" && (one.index ?? 0) === part.index);
    const url = part.url === undefined ? null : filled(part.url, own, `button "${part.label}"`);
    return [{ label: part.label, url }];
  });
  return {
    header: heading ?? null,
    body: filled(wordsOf("body") ?? "", of("body"), "body"),
    footer: wordsOf("footer") ?? null,
    buttons,
    problems,
  };
}
