import type { ImportLineDto, ImportPreviewDto } from "../../../../../src/wire/contactFiles.js";
import type { ContactFilters } from "../../../../../src/wire/contacts.js";
import { exchange } from "../../../api/client.js";
import { Problem } from "../../../api/problem.js";

/** What an import came to so far, all refused rows together. */
export type ImportSum = ImportLineDto;

export interface ImportSettings {
  column: readonly string[];
  headings: boolean;
  country: string | undefined;
}

export async function previewFile(workspaceId: string, file: File): Promise<ImportPreviewDto> {
  const response = await exchange("/contacts/imports/preview", { workspaceId, body: file });
  return (await response.json()) as ImportPreviewDto;
}

/** Lines of an answer as they come. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/**
 * Imports a file, or only looks what would happen. `onProgress` is told how far it is. Rejects when it breaks off: what was
 * done until then stays, and the same file again goes on from there.
 */
export async function importFile(
  workspaceId: string,
  file: File,
  { column, headings, country }: ImportSettings,
  dryRun: boolean,
  { onProgress, signal }: { onProgress: (sum: ImportSum) => void; signal: AbortSignal },
): Promise<ImportSum> {
  const query = { column, headings, country, dry_run: dryRun };
  const response = await exchange("/contacts/imports", { workspaceId, query, body: file, signal });
  let refused: ImportSum["refused"] = [];
  let last: ImportSum | undefined;
  try {
    for await (const line of linesOf(response)) {
      const said = JSON.parse(line) as ImportSum & { broke_off?: true };
      if (said.broke_off) break;
      refused = [...refused, ...said.refused];
      last = { ...said, refused };
      onProgress(last);
    }
  } catch (error) {
    if (signal.aborted) throw error;
  }
  if (!last?.finished) throw Problem.offline();
  return last;
}

/** The file of all contacts that the filters leave. */
export async function exportFile(workspaceId: string, filters: ContactFilters): Promise<Blob> {
  const response = await exchange("/contacts/exports", { workspaceId, body: { filters } });
  try {
    return await response.blob();
  } catch {
    throw Problem.offline();
  }
}

/** Hands a file to the browser to keep. */
export function keepFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
