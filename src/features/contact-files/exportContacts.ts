import { AppError } from "../../core/errors.js";
import { contactFiltersOf, type Contact, type Inbox } from "../../inbox/index.js";
import type { ContactFilters } from "../../wire/contacts.js";
import { lineOf } from "./csv.js";

/** Columns of attributes, at most: a file with more is no table. */
const attributesMost = 500;
const together = 100;
const byteOrderMark = "\uFEFF";

const basics = ["id", "name", "phone", "email", "language", "channels"] as const;

function reached(contact: Contact, kind: "phone" | "email"): string {
  const written = contact.attributes[kind];
  if (written !== undefined) return String(written);
  const aliases = contact.identities.flatMap((identity) => identity.aliases);
  return aliases.find((alias) => alias.kind === kind && alias.until === null && !alias.claimed)?.value ?? "";
}

/** A phone number in the form that is read anywhere; what is none stays as it was written. */
const withPlus = (phone: string) => (/^\d{7,15}$/.test(phone) && !phone.startsWith("0") ? `+${phone}` : phone);

/** Writes a list of contacts as a file, a page at a time. `exported` is told how many there were. */
export async function exportContacts(
  inbox: Pick<Inbox, "contacts">,
  workspaceId: string,
  filters: ContactFilters,
  exported: (count: number) => void,
): Promise<AsyncIterable<string>> {
  const asked = contactFiltersOf(filters);
  async function* pages(): AsyncGenerator<Contact[]> {
    let cursor: string | undefined;
    do {
      const page = await inbox.contacts.list(workspaceId, { ...asked, limit: together, cursor });
      yield page.items;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  // The heading names every attribute there is, so they are looked at once before anything is written.
  const names = new Set<string>();
  for await (const contacts of pages()) {
    for (const { attributes } of contacts) for (const name of Object.keys(attributes)) names.add(name);
    if (names.size > attributesMost) {
      throw new AppError("unprocessable", `At most ${attributesMost} different attributes.`, {
        reason: "export_columns_most",
        extensions: { most: attributesMost },
      });
    }
  }
  const attributes = [...names].filter((name) => name !== "phone" && name !== "email").sort();

  async function* lines(): AsyncGenerator<string> {
    yield byteOrderMark + lineOf([...basics, ...attributes]);
    let count = 0;
    for await (const contacts of pages()) {
      count += contacts.length;
      exported(count);
      yield contacts
        .map((contact) =>
          lineOf([
            contact.id,
            contact.name ?? "",
            withPlus(reached(contact, "phone")),
            reached(contact, "email"),
            contact.language ?? "",
            [...new Set(contact.identities.map(({ channel }) => channel))].join(" "),
            ...attributes.map((name) => String(contact.attributes[name] ?? "")),
          ]),
        )
        .join("");
    }
  }
  return lines();
}
