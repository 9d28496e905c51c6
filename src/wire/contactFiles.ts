import { z } from "zod";
import { attributeName, contactFilters } from "./contacts.js";

/** Columns of a file of contacts, at most. */
export const columnsMost = 100;
/** Rows of a file of contacts, at most, and its bytes. */
export const importRowsMost = 20_000;
export const importBytesMost = 10 * 1024 * 1024;

const known = ["id", "name", "phone", "email", "language", "skip"] as const;
/** What a column holds: one of the known things, or an attribute of the name behind the colon. */
export const columnTarget = z
  .string()
  .refine(
    (value) =>
      (known as readonly string[]).includes(value) ||
      (value.startsWith("attribute:") &&
        attributeName.safeParse(value.slice(10)).success &&
        !(known as readonly string[]).includes(value.slice(10))),
    `one of ${known.join(", ")}, or attribute:name`,
  );

const flag = z.enum(["true", "false"]).transform((value) => value === "true");
export const importQuery = z.strictObject({
  column: z
    .union([columnTarget.transform((one) => [one]), z.array(columnTarget).max(columnsMost)])
    .describe("What each column holds, in their order: id, name, phone, email, language, skip or attribute:name"),
  headings: flag.default(true).describe("The first row holds headings"),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe("ISO 3166 code of the country that numbers without + are of"),
  dry_run: flag.default(false).describe("Nothing is written"),
});

/** What a file looks like before it is imported. */
export const importPreviewDto = z
  .object({
    delimiter: z.enum([",", ";", "\t"]),
    headings: z.boolean().describe("The first row looks like headings"),
    rows: z.int().describe("Rows, without that of the headings"),
    columns: z.array(
      z.object({
        heading: z.string(),
        target: z.string().describe("What it seems to hold"),
        samples: z.array(z.string()).describe("What is in it in the first rows, shortened"),
      }),
    ),
  })
  .meta({ id: "ContactImportPreview" });

/** Why a row of a file is not imported. */
export const rowRefusals = [
  "not_reachable",
  "id_unknown",
  "phone_unreadable",
  "email_unreadable",
  "language_unreadable",
  "name_too_long",
  "value_too_long",
  "too_many_cells",
  "several_contacts",
  "repeats_row",
  "changed_meanwhile",
] as const;

/** One line of the answer to an import. */
export const importLineDto = z.object({
  rows: z.int().describe("Rows of the file"),
  done: z.int().describe("Rows that were looked at so far"),
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  refused: z.array(
    z.object({
      row: z.int().describe("Its line of the table, counted from 1 with the headings"),
      reason: z.enum(rowRefusals),
      column: z.int().nullable().describe("Which column is meant, counted from 0"),
    }),
  ),
  finished: z.boolean(),
});

export const exportRequest = z.strictObject({ filters: contactFilters.default({}) }).meta({ id: "ContactExport" });

export type RowRefusal = (typeof rowRefusals)[number];
export type ImportPreviewDto = z.infer<typeof importPreviewDto>;
export type ImportLineDto = z.infer<typeof importLineDto>;
