/* Addresses, messages, chats and contacts as the web client has them, as far as they are asked for. */
"use strict";

(() => {
  const { define, Emitter } = window.standIn;

  /** An address: user and server. */
  class Wid {
    constructor(serialized) {
      const at = serialized.indexOf("@");
      this.user = serialized.slice(0, at);
      this.server = serialized.slice(at + 1);
      this._serialized = serialized;
    }
    isLid() {
      return this.server === "lid";
    }
    isGroup() {
      return this.server === "g.us";
    }
    isStatus() {
      return this._serialized === "status@broadcast";
    }
    toJid() {
      return this._serialized;
    }
    toString() {
      return this._serialized;
    }
  }
  const widOf = (value) => (value instanceof Wid ? value : new Wid(value?._serialized ?? String(value)));

  /** The key of a message: direction, chat, id and, in groups, the writer. */
  class MsgKey {
    constructor({ from, to, id, participant, selfDir }) {
      this.fromMe = selfDir === "out";
      this.remote = this.fromMe ? to : from;
      this.id = id;
      if (participant) this.participant = participant;
      const tail = participant ? `_${participant._serialized}` : "";
      this._serialized = `${this.fromMe}_${this.remote._serialized}_${id}${tail}`;
    }
    static newId() {
      const bytes = crypto.getRandomValues(new Uint8Array(9));
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return Promise.resolve(`3EB0${hex.toUpperCase()}`);
    }
    static of(plain) {
      const key = Object.create(MsgKey.prototype);
      return Object.assign(key, plain, {
        remote: widOf(plain.remote),
        ...(plain.participant ? { participant: widOf(plain.participant) } : {}),
      });
    }
  }

  class Collection extends Emitter {
    constructor() {
      super();
      this.models = new Map();
    }
    get(id) {
      return this.models.get(id?._serialized ?? id);
    }
    find(id) {
      return Promise.resolve(this.get(id));
    }
    getModelsArray() {
      return [...this.models.values()];
    }
    add(model) {
      this.models.set(model.id._serialized, model);
      this.trigger("add", model);
      return model;
    }
    update() {
      return Promise.resolve();
    }
    get length() {
      return this.models.size;
    }
  }

  const Msg = new Collection();
  const Chat = new Collection();
  const Contact = new Collection();
  const GroupMetadata = new Collection();
  const Blocklist = new Collection();
  Msg.getMessagesById = (ids) => Promise.resolve({ messages: ids.map((id) => Msg.get(id)).filter(Boolean) });

  const plain = (value) =>
    JSON.parse(
      JSON.stringify(value, (_key, part) =>
        part instanceof Blob || part instanceof ArrayBuffer || typeof part === "function" ? undefined : part,
      ),
    );

  class MsgModel extends Emitter {
    constructor(attributes) {
      super();
      Object.assign(this, attributes);
      if (this.directPath) {
        Object.defineProperty(this, "mediaData", { value: { mediaStage: "RESOLVED" }, enumerable: false });
        Object.defineProperty(this, "mediaObject", { value: {}, enumerable: false });
      }
    }
    serialize() {
      return plain({ ...this });
    }
    unsafe() {
      return this;
    }
    canReply() {
      return true;
    }
    msgContextInfo() {
      return {
        quotedMsg: { type: this.type, body: this.body },
        quotedStanzaID: this.id.id,
        quotedParticipant: this.id.participant ?? this.from,
        quotedRemoteJid: this.id.remote,
      };
    }
    downloadMedia() {
      return Promise.resolve();
    }
    /** Sets attributes and tells of those that changed, as the web client does. */
    set(attributes) {
      const before = { ...this };
      Object.assign(this, attributes);
      for (const name of Object.keys(attributes)) {
        if (before[name] === this[name]) continue;
        this.trigger(`change:${name}`, this, this[name], before[name]);
        Msg.trigger(`change:${name}`, this, this[name], before[name]);
        // The library listens to the two names in one string.
      }
      Msg.trigger("change", this);
    }
  }

  class ChatModel extends Emitter {
    constructor({ id, title, unreadCount, participants }) {
      super();
      this.id = widOf(id);
      this.formattedTitle = title;
      this.unreadCount = unreadCount ?? 0;
      this.mute = { expiration: 0 };
      this.msgs = new Collection();
      if (this.id.isGroup()) {
        this.groupMetadata = {
          announce: false,
          isLidAddressingMode: true,
          serialize: () => ({ participants: (participants ?? []).map((one) => ({ id: widOf(one) })) }),
        };
      }
    }
    serialize() {
      return plain({
        id: this.id,
        unreadCount: this.unreadCount,
        t: this.t,
        archive: false,
        msgs: this.msgs.getModelsArray().map((msg) => msg.id),
      });
    }
  }

  class ContactModel {
    constructor({ id, name, phone, savedAs }) {
      this.id = widOf(id);
      this.name = savedAs;
      this.pushname = name;
      this.formattedName = savedAs ?? name;
      if (phone) this.phoneNumber = widOf(phone);
    }
    serialize() {
      return plain({ id: this.id, name: this.name, pushname: this.pushname });
    }
  }

  Object.assign(window.standIn, { Wid, widOf, MsgKey, MsgModel, ChatModel, ContactModel, Collection, plain });

  const getter = (name) => (contact) => contact[name];
  define({
    WAWebMsgKey: MsgKey,
    WAWebWidFactory: { createWid: widOf, createWidFromWidLike: widOf, asUserWidOrThrow: widOf },
    WAWebCollections: { Msg, Chat, Contact, GroupMetadata, Blocklist, WAWebNewsletterCollection: new Collection() },
    WAWebChatGetters: {
      getIsNewsletter: (chat) => chat.id.server === "newsletter",
      getIsBroadcast: (chat) => chat.id.server === "broadcast",
    },
    WAWebContactGetters: {
      getIsMe: () => false,
      getIsUser: () => true,
      getIsGroup: (contact) => contact.id.isGroup(),
      getIsWAContact: () => true,
      getUserid: (contact) => contact.id.user,
      getVerifiedName: () => undefined,
      getVerifiedLevel: () => 0,
      getStatusMute: () => false,
      getName: getter("name"),
      getShortName: getter("name"),
      getPushname: getter("pushname"),
      getIsEnterprise: () => false,
    },
    WAWebFrontendContactGetters: { getIsMyContact: () => true },
  });
})();
