import type { BatchChange, ContactChange, Found, Inbox, Reach } from "../../inbox/index.js";
import { plainReach } from "../../inbox/index.js";
import type { ImportLineDto } from "../../wire/contactFiles.js";
import { readRow, type ReadRow, type Refusal } from "./rows.js";

export interface ImportOptions {
  columns: readonly string[];
  country: string | undefined;
  dryRun: boolean;
  /** Which line of the file the first row is, counted from 1. */
  firstLine: number;
}

interface Sought extends ReadRow {
  line: number;
  reaches: Reach[];
}

const together = 500;
/** Somebody may change a contact between the look at it and the writing; then it is looked at again. */
const attempts = 3;

const reachesOf = ({ phone, email }: ReadRow): Reach[] => [
  ...(phone === undefined ? [] : [{ kind: "phone" as const, value: phone }]),
  ...(email === undefined ? [] : [{ kind: "email" as const, value: email }]),
];

/** What would have to be changed about somebody who is known; undefined: nothing. */
function difference(row: Sought, { contacts, known }: Found): ContactChange | undefined {
  const [contact] = contacts;
  if (!contact) return undefined;
  const attributes: Record<string, string> = {};
  for (const [index, { kind, value }] of row.reaches.entries()) if (!known[index]) attributes[kind] = value;
  for (const [name, value] of Object.entries(row.attributes)) {
    if (!Object.hasOwn(contact.attributes, name) || String(contact.attributes[name]) !== value)
      attributes[name] = value;
  }
  const change: ContactChange = {
    ...(row.name === undefined || row.name === contact.name ? {} : { name: row.name }),
    ...(row.language === undefined || row.language === contact.language ? {} : { language: row.language }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** Somebody new, as adding them by hand would write it. */
const newcomer = ({ name, language, phone, email, attributes }: Sought): ContactChange => ({
  name: name ?? null,
  language: language ?? null,
  attributes: { ...attributes, ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) },
});

/** Takes rows in, some hundreds at a time; after each time it says how far it is. The same rows again change nothing. */
export async function* importRows(
  inbox: Pick<Inbox, "contacts">,
  workspaceId: string,
  rows: readonly (readonly string[])[],
  { columns, country, dryRun, firstLine }: ImportOptions,
): AsyncGenerator<ImportLineDto> {
  const seen = new Set<string>();
  const sum = { rows: rows.length, done: 0, created: 0, changed: 0, unchanged: 0 };
  for (let at = 0; at < rows.length; at += together) {
    const refused: ImportLineDto["refused"] = [];
    const refuse = (line: number, { reason, column }: Refusal) => refused.push({ row: line, reason, column });
    const sought: Sought[] = [];
    for (const [index, cells] of rows.slice(at, at + together).entries()) {
      const line = firstLine + at + index;
      const row = readRow(cells, columns, country);
      if ("reason" in row) {
        refuse(line, row);
        continue;
      }
      const reaches = reachesOf(row);
      const marks = [
        ...(row.id === undefined ? [] : [`id/${row.id}`]),
        ...reaches.map((one) => one.kind + plainReach(one)),
      ];
      if (marks.some((mark) => seen.has(mark))) refuse(line, { reason: "repeats_row", column: null });
      else sought.push({ ...row, line, reaches });
      for (const mark of marks) seen.add(mark);
    }
    await put(sought, refuse);
    sum.done = Math.min(at + together, rows.length);
    yield { ...sum, refused: refused.sort((a, b) => a.row - b.row), finished: sum.done === rows.length };
  }

  async function put(sought: readonly Sought[], refuse: (line: number, refusal: Refusal) => void): Promise<void> {
    let left = sought;
    const counted = new Set<number>();
    for (let attempt = 1; left.length > 0; attempt++) {
      const found = await inbox.contacts.match(workspaceId, left);
      const changes: (BatchChange & { row: Sought })[] = [];
      for (const [index, row] of left.entries()) {
        const match = found[index]!;
        const [contact] = match.contacts;
        if (match.contacts.length > 1) refuse(row.line, { reason: "several_contacts", column: null });
        else if (!contact && row.id !== undefined)
          refuse(row.line, { reason: "id_unknown", column: columns.indexOf("id") });
        else if (contact) {
          const change = difference(row, match);
          if (change) changes.push({ contact, reaches: row.reaches, change, row });
          else if (!counted.has(row.line)) sum.unchanged += 1;
        } else {
          // Whose number or address was written over has the id that would follow from it: then it is somebody else.
          changes.push({ contact: null, reaches: attempt > 1 ? [] : row.reaches, change: newcomer(row), row });
        }
      }
      const outcomes = dryRun ? changes.map(() => "done" as const) : await inbox.contacts.putMany(workspaceId, changes);
      for (const [index, { contact, row }] of changes.entries()) {
        if (outcomes[index] !== "done") continue;
        counted.add(row.line);
        if (contact) sum.changed += 1;
        else sum.created += 1;
      }
      left = changes.filter((_, index) => outcomes[index] !== "done").map(({ row }) => row);
      if (attempt < attempts) continue;
      for (const { line } of left) refuse(line, { reason: "changed_meanwhile", column: null });
      return;
    }
  }
}
