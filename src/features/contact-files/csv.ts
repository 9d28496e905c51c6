import { CsvError, parse } from "csv-parse";
import { AppError } from "../../core/errors.js";
import { columnsMost, importRowsMost } from "../../wire/contactFiles.js";

export type Delimiter = "," | ";" | "\t";

/** A file of rows, each with as many cells as it has. */
export interface Table {
  delimiter: Delimiter;
  rows: string[][];
}

/** Longer than any row with as much in it as a contact may hold; who sends more did not mean a contact. */
const rowBytesMost = 256 * 1024;
const sliceBytes = 64 * 1024;

/** The text of a file. Throws AppError `unprocessable` when it is not UTF-8, or no text at all. */
function textOf(bytes: Uint8Array): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const notUtf8 = new AppError("unprocessable", "The file is not encoded as UTF-8.", { reason: "csv_not_utf8" });
  if (utf16) throw notUtf8;
  if (bytes.includes(0)) throw new AppError("unprocessable", "This is no CSV file.", { reason: "csv_not_text" });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8;
  }
}

/** What separates the cells: of the three, the one the first line has most of, outside of quotation marks. */
function delimiterOf(text: string): Delimiter {
  const counts = { ",": 0, ";": 0, "\t": 0 };
  let quoted = false;
  for (const sign of text.slice(0, sliceBytes)) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === "\n" || sign === "\r")) break;
    else if (!quoted && sign in counts) counts[sign as Delimiter] += 1;
  }
  return (Object.keys(counts) as Delimiter[]).reduce((best, one) => (counts[one] > counts[best] ? one : best));
}

function refused(error: unknown): never {
  if (!(error instanceof CsvError)) throw error;
  const line = Number(error.lines);
  const tooLong = error.code === "CSV_MAX_RECORD_SIZE";
  throw new AppError("unprocessable", tooLong ? `Line ${line} is too long.` : `Line ${line} cannot be read.`, {
    reason: tooLong ? "csv_row_too_long" : "csv_unreadable",
    extensions: { line },
  });
}

/** Reads a file as a whole or not at all. Throws AppError `unprocessable` with what is wrong with it. */
export async function readCsv(bytes: Uint8Array): Promise<Table> {
  const text = textOf(bytes);
  const delimiter = delimiterOf(text);
  const parser = parse({
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: rowBytesMost,
  });
  const rows: string[][] = [];
  try {
    // In slices, so that others are served in between.
    for (let at = 0; at < text.length; at += sliceBytes) parser.write(text.slice(at, at + sliceBytes));
    parser.end();
    for await (const row of parser as AsyncIterable<string[]>) {
      if (row.length > columnsMost) {
        throw new AppError("unprocessable", `At most ${columnsMost} columns.`, {
          reason: "csv_columns_most",
          extensions: { most: columnsMost },
        });
      }
      rows.push(row);
      if (rows.length > importRowsMost + 1) tooManyRows();
    }
  } catch (error) {
    parser.destroy();
    refused(error);
  }
  if (rows.length === 0) throw new AppError("unprocessable", "There are no rows.", { reason: "csv_empty" });
  return { delimiter, rows };
}

/** Refuses a file of more rows than are taken at once. */
export function tooManyRows(): never {
  throw new AppError("unprocessable", `At most ${importRowsMost} rows.`, {
    reason: "csv_rows_most",
    extensions: { most: importRowsMost },
  });
}

/**
 * A cell as it is written: what a spreadsheet would take for a formula gets an apostrophe before it, and so does what looks as if
 * it had got one, so that `plainOf` gives back exactly what was there.
 */
export function cellOf(value: string): string {
  const safe = /^'*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\t\n\r]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a cell says, without the apostrophe that `cellOf` and spreadsheets put before what is no formula. */
export const plainOf = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

export const lineOf = (cells: readonly string[]): string => `${cells.map(cellOf).join(",")}\r\n`;
