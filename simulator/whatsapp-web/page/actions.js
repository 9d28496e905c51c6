/* What a user of the web client can do: write, correct, take back, react, read, type. */
"use strict";

(() => {
  const { define, link, widOf, MsgModel, ChatModel, plain, Emitter } = window.standIn;
  const { Msg, Chat } = window.require("WAWebCollections");

  const urls = (text) =>
    [...String(text ?? "").matchAll(/https?:\/\/\S+/g)].map(([href]) => ({ href, suspiciousCharacters: null }));

  class Cmd extends Emitter {
    refreshQR() {
      return link.call("refreshQr");
    }
    async sendRevokeMsgs(_chat, { list }) {
      for (const msg of list) {
        await link.call("revoke", { id: msg.id._serialized });
        msg.set({ type: "revoked", body: "" });
      }
    }
    sendDeleteMsgs() {
      return Promise.resolve();
    }
    openChatBottom() {
      return Promise.resolve();
    }
  }

  /** Adds it to the chat at once; the servers take it later, which its ack tells. */
  function addAndSendMsgToChat(chat, attributes) {
    const msg = new MsgModel(attributes);
    chat.msgs.add(msg);
    Msg.add(msg);
    const sent = link.call("send", { message: plain({ ...msg, id: msg.id }) }).then(
      ({ t }) => {
        msg.set({ t, ack: 1 });
        return { messageSendResult: "OK", t };
      },
      (error) => {
        msg.set({ ack: -1 });
        return { messageSendResult: error.message };
      },
    );
    return [Promise.resolve(msg), sent];
  }

  define({
    WAWebCmd: { Cmd: new Cmd() },
    WALinkify: { findLink: (text) => urls(text)[0], findLinks: urls },
    WAWebSendMsgChatAction: { addAndSendMsgToChat },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebLinkPreviewChatAction: { getLinkPreview: () => Promise.resolve(undefined) },
    WAWebMsgReply: { canReplyMsg: () => true },
    WAWebVcardParsingUtils: { parseVcard: (card) => ({ card }) },
    WAWebVcardGetNameFromParsed: { vcardGetNameFromParsed: ({ card }) => /^FN:(.*)$/m.exec(card)?.[1] ?? "" },
    WAWebFindChatAction: {
      async findOrCreateLatestChat(id) {
        const { chat } = await link.call("findChat", { id: id._serialized });
        if (!chat) return undefined;
        return { chat: Chat.get(chat.id) ?? Chat.add(new ChatModel(chat)) };
      },
    },
    WAWebStreamModel: { Stream: { markAvailable() {}, markUnavailable() {} } },
    WAWebUpdateUnreadChatAction: {
      async sendSeen({ chat }) {
        chat.unreadCount = 0;
        await link.call("seen", { chat: chat.id._serialized });
      },
    },
    WAWebChatStateBridge: {
      sendChatStateComposing: (chat) => link.call("typing", { chat: chat._serialized }),
      sendChatStateRecording: () => Promise.resolve(),
      sendChatStatePaused: () => Promise.resolve(),
    },
    WAWebMsgActionCapability: {
      canEditText: (msg) => msg.id.fromMe && msg.type === "chat",
      canEditCaption: (msg) => msg.id.fromMe && msg.caption !== undefined,
      canSenderRevokeMsg: (msg) => msg.id.fromMe,
      canAdminRevokeMsg: () => false,
    },
    WAWebSendMessageEditAction: {
      async sendMessageEdit(msg, body) {
        await link.call("edit", { id: msg.id._serialized, body });
        msg.set({ ...(msg.type === "chat" ? { body } : { caption: body }), latestEditSenderTimestampMs: Date.now() });
      },
    },
    WAWebSendReactionMsgAction: {
      sendReactionToMsg: (msg, reaction) => link.call("react", { id: msg.id._serialized, reaction }),
    },
    WAWebChatLoadMessages: { loadEarlierMsgs: () => Promise.resolve([]) },
    WAWebQueryExistsJob: {
      async queryWidExists(wid) {
        const { exists } = await link.call("exists", { id: wid._serialized });
        return exists ? { wid } : null;
      },
    },
    WAWebApiContact: {
      getCurrentLid: (wid) => window.standIn.people.find((one) => one.phone === wid._serialized)?.lidWid,
      getPhoneNumber: (wid) => window.standIn.people.find((one) => one.lid === wid._serialized)?.phoneWid,
      getAlternateUserWid: () => undefined,
    },
    WAWebLidMigrationUtils: {
      toPn: (wid) => window.standIn.people.find((one) => one.lid === widOf(wid)._serialized)?.phoneWid,
    },
  });
  window.standIn.people = [];
})();
