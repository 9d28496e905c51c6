import type { Model } from "mongoose";
import { AppError } from "../../core/errors.js";
import { newId } from "../../core/ids.js";
import type { Author } from "../../core/message.js";
import type { Clock, Publish } from "../../core/ports.js";
import type { ContactNoteRow } from "../models/contactNote.js";
import type { ContactRepo } from "../repos/contacts.js";
import type { Seals } from "../repos/seals.js";

/** What somebody of us wrote down about a customer. */
export interface ContactNote {
  id: string;
  contactId: string;
  text: string;
  author: Author;
  createdAt: Date;
}

/** Notes about customers; those of contacts that were merged into one are shown with it. Each throws AppError `not_found`. */
export interface ContactNotes {
  /** Newest first. */
  list(workspaceId: string, contactId: string): Promise<ContactNote[]>;
  /** Throws AppError `unprocessable` as well, when the contact has too many. */
  add(workspaceId: string, contactId: string, text: string, author: Author): Promise<ContactNote>;
  remove(workspaceId: string, contactId: string, id: string): Promise<void>;
}

/** Nobody reads more about one customer. */
const notesMost = 500;
/** Contacts that became one. */
const mergedMost = 100;

export function contactNotes(deps: {
  notes: Model<ContactNoteRow>;
  contacts: ContactRepo;
  publish: Publish;
  seals: Seals;
  clock: Clock;
}): ContactNotes {
  const { notes, contacts, publish, seals, clock } = deps;
  const place = (workspaceId: string) => ({ workspaceId, collection: "contact_notes", field: "text" });

  async function contactIds(workspaceId: string, contactId: string): Promise<string[]> {
    if (!(await contacts.find(workspaceId, contactId)))
      throw new AppError("not_found", "There is no such contact.", { reason: "contact_unknown" });
    return [contactId, ...(await contacts.mergedInto(workspaceId, contactId, mergedMost))];
  }

  const tell = (workspaceId: string, contactId: string, id: string) =>
    publish([
      {
        id,
        workspaceId,
        type: "contact.updated",
        at: clock.now(),
        data: { contact_id: contactId, changes: ["notes"] },
      },
    ]);

  const opened = async ({ _id, workspaceId, text, ...row }: ContactNoteRow): Promise<ContactNote> => ({
    id: _id,
    contactId: row.contactId,
    text: await seals.open(place(workspaceId), text),
    author: row.author,
    createdAt: row.createdAt,
  });

  return {
    async list(workspaceId, contactId) {
      const ids = await contactIds(workspaceId, contactId);
      const rows = await Promise.all(
        ids.map((id) => notes.find({ workspaceId, contactId: id }).sort({ _id: -1 }).limit(notesMost).lean()),
      );
      const newest = rows.flat().sort((a, b) => (a._id < b._id ? 1 : -1));
      return Promise.all(newest.slice(0, notesMost).map(opened));
    },

    async add(workspaceId, contactId, text, author) {
      await contactIds(workspaceId, contactId);
      if ((await notes.countDocuments({ workspaceId, contactId }, { limit: notesMost })) >= notesMost) {
        throw new AppError("unprocessable", `A contact has at most ${notesMost} notes.`, {
          reason: "notes_most",
          extensions: { most: notesMost },
        });
      }
      const row: ContactNoteRow = {
        _id: newId("contactNote"),
        workspaceId,
        contactId,
        text: await seals.seal(place(workspaceId), text),
        author,
        createdAt: clock.now(),
      };
      await notes.create(row);
      await tell(workspaceId, contactId, row._id.replace(/^cno_/, "evt_"));
      return opened(row);
    },

    async remove(workspaceId, contactId, id) {
      const ids = await contactIds(workspaceId, contactId);
      const { deletedCount } = await notes.deleteOne({ _id: id, workspaceId, contactId: { $in: ids } });
      if (deletedCount === 0) throw new AppError("not_found", "There is no such note.", { reason: "note_unknown" });
      await tell(workspaceId, contactId, `${id.replace(/^cno_/, "evt_")}_removed`);
    },
  };
}
