/* The connection: waiting to be linked, linked, ready, lost; and everything the servers tell while it lasts. */
"use strict";

(() => {
  const { define, link, Emitter, Wid, widOf, MsgKey, MsgModel, ChatModel, ContactModel } = window.standIn;
  const { Msg, Chat, Contact } = window.require("WAWebCollections");
  const { Cmd } = window.require("WAWebCmd");
  window.standIn.page = crypto.randomUUID();

  const me = { pn: undefined, lid: undefined, name: "" };

  class Socket extends Emitter {
    state = "OPENING";
    hasSynced = false;
    async logout() {
      await link.call("logOut");
    }
    takeover() {
      this.become("CONNECTED");
    }
    become(state) {
      if (this.state === state) return;
      this.state = state;
      this.trigger("change:state", this, state);
    }
  }
  const socket = new Socket();

  class Conn extends Emitter {
    ref = undefined;
    serialize() {
      return { pushname: me.name, platform: "android", ref: this.ref };
    }
    get wid() {
      return me.pn;
    }
  }
  const conn = new Conn();

  const keyBytes = new Uint8Array(32).fill(7);
  const table = () => ({ bulkUpsert: () => Promise.resolve() });
  const reactionTableMode = table();
  const pollVoteTableMode = table();
  let percent = 0;
  const calls = Object.assign(new Emitter(), { calls: new Map() });

  define({
    WAWebSocketModel: { Socket: socket },
    WAWebConnModel: { Conn: conn },
    WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me.pn, getMaybeMeLidUser: () => me.lid },
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => percent } },
    WAWebAltDeviceLinkingApi: {
      setPairingType() {},
      initializeAltDeviceLinking: () => Promise.resolve(),
      initializeQRLinking: () => Promise.resolve(),
      startAltLinkingFlow: async (number) => (await link.call("linkByNumber", { number })).code,
    },
    WAWebLaunchSocketUtils: { refreshQR: () => link.call("refreshQr") },
    WABase64: { encodeB64: (bytes) => btoa(String.fromCharCode(...bytes)) },
    WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: "1" },
    WAWebAdvSignatureApi: {},
    WAWebUserPrefsInfoStore: {
      waNoiseInfo: { get: () => Promise.resolve({ staticKeyPair: { pubKey: keyBytes } }) },
    },
    WAWebSignalStoreApi: {
      waSignalStore: { getRegistrationInfo: () => Promise.resolve({ identityKeyPair: { pubKey: keyBytes } }) },
    },
    WAWebUserPrefsMultiDevice: { getADVSecretKey: () => btoa("secret of the stand-in") },
    WAWebMiscBrowserUtils: { info: () => ({ os: "Linux", name: "Chrome" }) },
    WAWebSyncGatingUtils: {},
    WAWebCallCollection: calls,
    WAWebNonMessageDataRequestPlaceholderMessageResendUtils: { handlePlaceholderMsgsSeen() {} },
    WAWebAddonReactionTableMode: { reactionTableMode },
    WAWebAddonPollVoteTableMode: { pollVoteTableMode },
    WAWebBackendJobsCommon: { mediaTypeFromProtobuf: () => null },
    WAWebE2EProtoUtils: { typeAttributeFromProtobuf: () => "text" },
  });

  function learn({ people, chats }) {
    window.standIn.people = people.map((one) => ({
      ...one,
      phoneWid: one.phone ? new Wid(one.phone) : undefined,
      lidWid: one.lid ? new Wid(one.lid) : undefined,
    }));
    for (const one of people) {
      for (const id of [one.phone, one.lid].filter(Boolean)) Contact.add(new ContactModel({ ...one, id }));
    }
    for (const chat of chats) if (!Chat.get(chat.id)) Chat.add(new ChatModel(chat));
  }

  function modelOf(message, isNewMsg) {
    return new MsgModel({
      ...message,
      id: MsgKey.of(message.id),
      from: widOf(message.from),
      to: widOf(message.to),
      ...(message.author ? { author: widOf(message.author) } : {}),
      isNewMsg,
    });
  }

  function add(message, isNewMsg) {
    const msg = modelOf(message, isNewMsg);
    Chat.get(msg.id.remote)?.msgs.add(msg);
    Msg.add(msg);
  }

  const hear = {
    ref({ ref }) {
      conn.ref = ref;
      conn.trigger("change:ref", conn, ref);
      socket.become("UNPAIRED");
    },
    async paired({ device }) {
      await link.save(device);
      socket.become("PAIRING");
      await link.call("pairingDone", { device });
    },
    /** The servers know this device. What came while it was away lies in its chats as unread. */
    welcome({ self, people, chats, messages }) {
      Object.assign(me, { pn: new Wid(self.pn), lid: new Wid(self.lid), name: self.name });
      learn({ people, chats });
      for (const message of messages) if (!Msg.get(message.id._serialized)) add(message, false);
      socket.become("CONNECTED");
      for (percent of [40, 100]) Cmd.trigger("offline_progress_update_from_bridge");
      socket.hasSynced = true;
      socket.trigger("change:hasSynced", socket, true);
    },
    async unpaired() {
      await link.forget();
      socket.become("UNPAIRED");
      Cmd.trigger("logout");
      setTimeout(() => location.replace("/?post_logout=1"), 50);
    },
    message({ message, people, chats }) {
      learn({ people, chats });
      add(message, true);
    },
    unread({ chat, unreadCount }) {
      const model = Chat.get(chat);
      if (model) model.unreadCount = unreadCount;
    },
    ack({ id, ack }) {
      Msg.get(id)?.set({ ack });
    },
    edit({ id, body, t }) {
      const msg = Msg.get(id);
      msg?.set({ ...(msg.directPath ? { caption: body } : { body }), latestEditSenderTimestampMs: t });
    },
    revoke({ id }) {
      Msg.get(id)?.set({ type: "revoked", body: "" });
    },
    reaction({ id, reaction, author, t }) {
      const key = MsgKey.of(Msg.get(id)?.id ?? { remote: author, _serialized: id });
      void reactionTableMode.bulkUpsert([
        {
          id: { _serialized: `reaction_${id}_${t}` },
          reactionParentKey: key,
          reactionTimestamp: t,
          author: new Wid(author),
          reactionText: reaction,
        },
      ]);
    },
    vote({ id, options, author, t }) {
      void pollVoteTableMode.bulkUpsert([
        {
          id: { _serialized: `vote_${id}_${t}` },
          pollUpdateParentKey: Msg.get(id).id,
          t,
          senderTimestampMs: t,
          author: new Wid(author),
          selectedOptionLocalIds: options,
        },
      ]);
    },
    state: ({ state }) => socket.become(state),
    reload: () => location.reload(),
    /** The page hangs: nothing of it answers any more. */
    hang() {
      for (;;);
    },
  };

  link.load().then((device) => {
    link.listen(device, (event) => void hear[event.type](event));
  });
})();
