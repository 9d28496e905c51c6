import { endpoint, fileBody, textStream, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import type { Log } from "../../core/ports.js";
import type { Inbox } from "../../inbox/index.js";
import {
  exportRequest,
  importBytesMost,
  importPreviewDto,
  importQuery,
  importRowsMost,
  type ImportLineDto,
} from "../../wire/contactFiles.js";
import { checkColumns, guess, looksLikeHeadings } from "./columns.js";
import { plainOf, readCsv, tooManyRows } from "./csv.js";
import { exportContacts } from "./exportContacts.js";
import { importRows } from "./importContacts.js";

const tag = "Contacts";
const file = { type: "text/csv", most: importBytesMost };
/** Rows that a preview looks at, and letters of a cell it shows. */
const sampleRows = 5;
const sampleLetters = 120;

/** Contacts from files and into files. Nothing of a file is kept: what an import did not finish is imported again. */
export function contactFileEndpoints({ inbox, log }: { inbox: Pick<Inbox, "contacts">; log: Log }): Endpoint[] {
  return [
    endpoint({
      method: "post",
      path: "/contacts/imports/preview",
      tag,
      summary: "Look at a CSV file of contacts before it is imported",
      description: "What its columns seem to hold, and its first rows. Nothing is written or kept.",
      scope: "contacts:write",
      action: null,
      file,
      body: fileBody,
      answer: importPreviewDto,
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ body }) {
        const { delimiter, rows } = await readCsv(body);
        const headings = looksLikeHeadings(rows[0]!);
        const first = rows.slice(headings ? 1 : 0, sampleRows + (headings ? 1 : 0));
        const width = Math.max(...rows.slice(0, 100).map((row) => row.length));
        const samples = Array.from({ length: width }, (_, column) => first.map((row) => row[column] ?? ""));
        const targets = guess(headings ? rows[0] : undefined, samples);
        return {
          delimiter,
          headings,
          rows: rows.length - (headings ? 1 : 0),
          columns: samples.map((cells, column) => ({
            heading: shown(headings ? (rows[0]![column] ?? "") : ""),
            target: targets[column]!,
            samples: cells.map(shown),
          })),
        };
      },
    }),
    endpoint({
      method: "post",
      path: "/contacts/imports",
      tag,
      summary: "Import contacts from a CSV file",
      description:
        "The file (UTF-8; comma, semicolon or tab) is the body. Who is known by ID, number or address is changed where the file " +
        "says something else, everybody else is added; the same file again changes nothing. The answer is one JSON object a " +
        "line (ImportLine): how far it is, and which rows of that part were refused and why. With `dry_run` nothing is written. " +
        "A file that cannot be read as a whole is refused as a whole.",
      scope: "contacts:write",
      file,
      query: importQuery,
      body: fileBody,
      answer: textStream,
      streams: { type: "application/x-ndjson" },
      errors: ["unprocessable"],
      idempotency: "none",
      async handle({ principal, query, body, audit }) {
        const { rows } = await readCsv(body);
        const from = query.headings ? 1 : 0;
        const table = rows.slice(from);
        if (table.length > importRowsMost) tooManyRows();
        if (table.length === 0) throw new AppError("unprocessable", "There are no rows.", { reason: "csv_empty" });
        checkColumns(query.column, Math.max(...rows.slice(0, 100).map((row) => row.length)));
        const options = { columns: query.column, country: query.country, dryRun: query.dry_run, firstLine: from + 1 };
        const lines = importRows(inbox, principal.workspaceId, table, options);
        return written(lines, log, (line, refused) =>
          audit({
            details: {
              dry_run: query.dry_run,
              rows: line.rows,
              done: line.done,
              created: line.created,
              changed: line.changed,
              refused,
            },
          }),
        );
      },
    }),
    endpoint({
      method: "post",
      path: "/contacts/exports",
      tag,
      summary: "Export contacts as a CSV file",
      description:
        "Those that the filters leave, in the order of the list. What a spreadsheet would take for a formula gets an apostrophe " +
        "before it; an import takes it away again.",
      scope: "contacts:read",
      body: exportRequest,
      answer: textStream,
      streams: { type: "text/csv", name: "contacts.csv" },
      errors: ["unprocessable"],
      idempotency: "none",
      handle: ({ principal, body, audit }) =>
        exportContacts(inbox, principal.workspaceId, body.filters, (count) => audit({ details: { count } })),
    }),
  ];
}

const shown = (cell: string) => Array.from(plainOf(cell)).slice(0, sampleLetters).join("");

/** One JSON object a line. When it breaks off, the last line says so instead of a connection that just ends. */
async function* written(
  lines: AsyncIterable<ImportLineDto>,
  log: Log,
  told: (line: ImportLineDto, refused: number) => void,
): AsyncGenerator<string> {
  let refused = 0;
  try {
    for await (const line of lines) {
      refused += line.refused.length;
      told(line, refused);
      yield `${JSON.stringify(line)}\n`;
    }
  } catch (error) {
    log.error("contact_import_broke_off", { error: error as Error });
    yield `${JSON.stringify({ broke_off: true })}\n`;
  }
}
