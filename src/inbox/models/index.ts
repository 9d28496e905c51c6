import type { Connection } from "mongoose";
import { addressBookModel } from "./addressBook.js";
import { attachmentModel } from "./attachment.js";
import { channelAccountModel } from "./channelAccount.js";
import { contactModel, identityModel } from "./person.js";
import { contactNoteModel } from "./contactNote.js";
import { conversationModel } from "./conversation.js";
import { erasedAccountModel } from "./erasedAccount.js";
import { eventModel } from "./event.js";
import { labelModel, readMarkModel } from "./label.js";
import { messageModel } from "./message.js";
import { parkedModel } from "./parked.js";
import { quarantineModel } from "./quarantine.js";
import { rawEventModel } from "./rawEvent.js";
import { templateModel } from "./template.js";
import { walkModel } from "./walk.js";

/** Every collection of the inbox, on one connection. */
export function inboxModels(connection: Connection) {
  return {
    accounts: channelAccountModel(connection),
    contacts: contactModel(connection),
    identities: identityModel(connection),
    conversations: conversationModel(connection),
    messages: messageModel(connection),
    attachments: attachmentModel(connection),
    parked: parkedModel(connection),
    labels: labelModel(connection),
    readMarks: readMarkModel(connection),
    rawEvents: rawEventModel(connection),
    quarantine: quarantineModel(connection),
    events: eventModel(connection),
    templates: templateModel(connection),
    contactNotes: contactNoteModel(connection),
    erased: erasedAccountModel(connection),
    walks: walkModel(connection),
    addressBook: addressBookModel(connection),
  };
}
