import i18n from "i18next";
import type { FieldError, Problem } from "./problem.js";

/** Where the sentences are; names of permissions stand among the settings. */
export const refusalNamespaces = ["problems", "settings"];

/** Resolves when there are sentences to choose from; without them the server's own are shown. */
export const refusalTexts = (): Promise<void> => i18n.loadNamespaces(refusalNamespaces).catch(() => undefined);

const permissionName = (scope: string) => {
  const key = `settings:permission.${scope.replace(":", "_")}`;
  return i18n.exists(key) ? i18n.t(key) : scope;
};

/** The sentence of a refusal by its reason, in the language of the page; undefined when there is none. */
export function reasonText({ reason, document }: Problem): string | undefined {
  if (reason === undefined || !i18n.exists(`problems:reason.${reason}`)) return undefined;
  const { permission } = document;
  return i18n.t(`problems:reason.${reason}`, {
    ...document,
    ...(typeof permission === "string" ? { permission: permissionName(permission) } : {}),
  });
}

/** What does not fit of a template's values, in the language of the page; in the server's words when it says more than its code. */
export function wrongText({ code, params, message }: Wrong): string {
  const key = `problems:field.${code ?? "invalid"}`;
  return code !== undefined && code !== "invalid" && i18n.exists(key) ? i18n.t(key, params ?? {}) : message;
}

interface Wrong {
  code?: string | undefined;
  params?: Readonly<Record<string, string | number>> | undefined;
  message: string;
}

/**
 * What is wrong with a field of a refusal, in the language of the page; in the server's words when neither the field nor the
 * refusal says more.
 */
export function fieldText(problem: Problem, { code, params, message }: FieldError): string {
  const key = `problems:field.${code}`;
  const untold = code === "invalid" && message !== "" && reasonText(problem) === undefined;
  return untold || !i18n.exists(key) ? message : i18n.t(key, params);
}
