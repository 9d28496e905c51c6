import { Liquid, ParseError, RenderError, TokenizationError } from "liquidjs";
import { AppError } from "../../core/errors.js";

/** What a text of ours may name: `{{ contact.first_name }}`. Plain values only. */
export type Variables = Record<string, Record<string, unknown>>;

/** Bounds of one rendering: nobody writes more by hand, and nobody waits longer. */
const limits = { templateMost: 20_000, textMost: 100_000, renderMs: 250, memory: 200_000 };
/** Conditions and values; nothing that repeats, includes or reads files. */
const tags = new Set(["if", "unless", "case", "assign", "comment", "raw", "echo"]);
/** Filters that only look at a text; everything else could build large ones from small ones. */
const filters = new Set([
  "default",
  "upcase",
  "downcase",
  "capitalize",
  "strip",
  "truncate",
  "truncatewords",
  "date",
  "escape",
]);

class Missing {
  readonly names = new Set<string>();
  private latest: string | undefined;
  note(name: string): void {
    this.names.add(name);
    this.latest = name;
  }
  /** The text says itself what stands there instead. */
  forgive(): void {
    if (this.latest !== undefined) this.names.delete(this.latest);
    this.latest = undefined;
  }
}

const known = (value: unknown) => value !== undefined && value !== null && value !== "";

/**
 * Values as the engine may see them: no prototype, nothing but what is known, and every name that is asked for and not known
 * is noted. The engine looks a name up before it reads it.
 */
function visible(path: string, values: Record<string, unknown>, missing: Missing): object {
  const target = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(values)) {
    const inner = typeof value === "object" && value !== null;
    if (inner) target[name] = visible(`${path}${name}.`, value as Record<string, unknown>, missing);
    else if (known(value)) target[name] = value;
  }
  const note = (key: string | symbol) => {
    if (typeof key === "string" && !Object.hasOwn(target, key)) missing.note(`${path}${key}`);
  };
  return new Proxy(target, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => "" : typeof key === "string" ? target[key] : undefined),
    getOwnPropertyDescriptor(_, key) {
      note(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    has(_, key) {
      note(key);
      return Object.hasOwn(target, key);
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

function engineFor(missing: Missing): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    templates: {},
    relativeReference: false,
    dynamicPartials: false,
    cache: false,
    parseLimit: limits.templateMost,
    renderLimit: limits.renderMs,
    memoryLimit: limits.memory,
  });
  for (const name of Object.keys(engine.tags)) if (!tags.has(name)) Reflect.deleteProperty(engine.tags, name);
  for (const name of Object.keys(engine.filters)) if (!filters.has(name)) Reflect.deleteProperty(engine.filters, name);
  engine.registerFilter("default", (value: unknown, instead: unknown) => {
    const empty = value === undefined || value === null || value === "" || value === false;
    if (!empty) return value;
    if (instead !== undefined && instead !== null) missing.forgive();
    return instead;
  });
  return engine;
}

/**
 * Puts variables into a text. Names nothing is known for become nothing and are listed. Throws AppError `unprocessable` for a
 * text that is no template, or one that would become too long or take too long.
 */
export async function rendered(text: string, variables: Variables): Promise<{ text: string; missing: string[] }> {
  const refuse = (message: string) =>
    new AppError("unprocessable", message, { reason: "text_not_readable", errors: [{ pointer: "/text", message }] });
  if (text.length > limits.templateMost) throw refuse("The text is longer than a template may be.");
  // Most texts have none, and need no engine.
  if (!text.includes("{{") && !text.includes("{%")) return { text, missing: [] };
  const missing = new Missing();
  try {
    const result: unknown = await engineFor(missing).parseAndRender(text, visible("", variables, missing));
    const said = String(result);
    if (said.length > limits.textMost) throw refuse("The text becomes too long.");
    return { text: said, missing: [...missing.names] };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof ParseError || error instanceof TokenizationError || error instanceof RenderError) {
      // The engine's message quotes the text: it stays with whoever wrote it.
      throw refuse(`The variables of the text cannot be read: ${error.message.split("\n")[0]!.slice(0, 200)}`);
    }
    throw refuse("The variables of the text cannot be read.");
  }
}
