import type { Language, NotificationEvent } from "../../wire/identity.js";

type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** What is said outside of the page, in one language. {name}, {workspace} and {count} are filled in. */
interface Words {
  subject: Plural;
  lead: string;
  /** What happened to a conversation, beside its customer's name. */
  happened: Record<NotificationEvent, string>;
  unread: Plural;
  more: Plural;
  open: string;
  openInbox: string;
  settings: string;
  nameless: string;
  /** Titles of what a browser shows. */
  title: Record<NotificationEvent, string>;
  test: { title: string; body: string };
}

export const words: Record<Language, Words> = {
  en: {
    subject: {
      one: "{count} conversation in {workspace} has news for you",
      other: "{count} conversations in {workspace} have news for you",
    },
    lead: "This happened in {workspace} while you were away:",
    happened: {
      created: "New conversation",
      assigned: "Given to you",
      mention: "You were mentioned",
      message_assigned: "New message in a conversation of yours",
      message_participating: "New message in a conversation you take part in",
    },
    unread: { one: "{count} unread message", other: "{count} unread messages" },
    more: { one: "and {count} more conversation", other: "and {count} more conversations" },
    open: "Open the conversation",
    openInbox: "Open the inbox",
    settings: "Choose what you are told by e-mail",
    nameless: "A customer without a name",
    title: {
      created: "New conversation with {name}",
      assigned: "{name} was given to you",
      mention: "You were mentioned: {name}",
      message_assigned: "{name} wrote",
      message_participating: "{name} wrote",
    },
    test: { title: "This is a test", body: "This browser shows you what happens in Switchboard." },
  },
  es: {
    subject: {
      one: "{count} conversación de {workspace} tiene novedades para ti",
      many: "{count} de conversaciones de {workspace} tienen novedades para ti",
      other: "{count} conversaciones de {workspace} tienen novedades para ti",
    },
    lead: "Esto ha pasado en {workspace} mientras no estabas:",
    happened: {
      created: "Conversación nueva",
      assigned: "Asignada a ti",
      mention: "Te han mencionado",
      message_assigned: "Mensaje nuevo en una conversación tuya",
      message_participating: "Mensaje nuevo en una conversación en la que participas",
    },
    unread: {
      one: "{count} mensaje sin leer",
      many: "{count} de mensajes sin leer",
      other: "{count} mensajes sin leer",
    },
    more: {
      one: "y {count} conversación más",
      many: "y {count} de conversaciones más",
      other: "y {count} conversaciones más",
    },
    open: "Abrir la conversación",
    openInbox: "Abrir la bandeja",
    settings: "Elegir de qué se te avisa por correo",
    nameless: "Un cliente sin nombre",
    title: {
      created: "Conversación nueva con {name}",
      assigned: "Te han asignado a {name}",
      mention: "Te han mencionado: {name}",
      message_assigned: "{name} ha escrito",
      message_participating: "{name} ha escrito",
    },
    test: { title: "Esto es una prueba", body: "Este navegador te muestra lo que pasa en Switchboard." },
  },
  de: {
    subject: {
      one: "{count} Unterhaltung in {workspace} hat Neues für dich",
      other: "{count} Unterhaltungen in {workspace} haben Neues für dich",
    },
    lead: "Das ist in {workspace} passiert, während du weg warst:",
    happened: {
      created: "Neue Unterhaltung",
      assigned: "Dir zugewiesen",
      mention: "Du wurdest erwähnt",
      message_assigned: "Neue Nachricht in einer Unterhaltung von dir",
      message_participating: "Neue Nachricht in einer Unterhaltung, an der du beteiligt bist",
    },
    unread: { one: "{count} ungelesene Nachricht", other: "{count} ungelesene Nachrichten" },
    more: { one: "und {count} weitere Unterhaltung", other: "und {count} weitere Unterhaltungen" },
    open: "Unterhaltung öffnen",
    openInbox: "Posteingang öffnen",
    settings: "Auswählen, was dir per E-Mail gemeldet wird",
    nameless: "Jemand ohne Namen",
    title: {
      created: "Neue Unterhaltung mit {name}",
      assigned: "{name} wurde dir zugewiesen",
      mention: "Du wurdest erwähnt: {name}",
      message_assigned: "{name} hat geschrieben",
      message_participating: "{name} hat geschrieben",
    },
    test: { title: "Das ist ein Test", body: "Dieser Browser zeigt dir, was in Switchboard passiert." },
  },
  "pt-BR": {
    subject: {
      one: "{count} conversa em {workspace} tem novidades para você",
      many: "{count} de conversas em {workspace} têm novidades para você",
      other: "{count} conversas em {workspace} têm novidades para você",
    },
    lead: "Isto aconteceu em {workspace} enquanto você estava fora:",
    happened: {
      created: "Conversa nova",
      assigned: "Atribuída a você",
      mention: "Você foi mencionado",
      message_assigned: "Mensagem nova em uma conversa sua",
      message_participating: "Mensagem nova em uma conversa de que você participa",
    },
    unread: {
      one: "{count} mensagem não lida",
      many: "{count} de mensagens não lidas",
      other: "{count} mensagens não lidas",
    },
    more: {
      one: "e mais {count} conversa",
      many: "e mais {count} de conversas",
      other: "e mais {count} conversas",
    },
    open: "Abrir a conversa",
    openInbox: "Abrir a caixa de entrada",
    settings: "Escolher o que você recebe por e-mail",
    nameless: "Um cliente sem nome",
    title: {
      created: "Conversa nova com {name}",
      assigned: "{name} foi atribuído a você",
      mention: "Você foi mencionado: {name}",
      message_assigned: "{name} escreveu",
      message_participating: "{name} escreveu",
    },
    test: { title: "Isto é um teste", body: "Este navegador mostra o que acontece no Switchboard." },
  },
  fr: {
    subject: {
      one: "{count} conversation de {workspace} a du nouveau pour vous",
      many: "{count} de conversations de {workspace} ont du nouveau pour vous",
      other: "{count} conversations de {workspace} ont du nouveau pour vous",
    },
    lead: "Voici ce qui s’est passé dans {workspace} en votre absence :",
    happened: {
      created: "Nouvelle conversation",
      assigned: "Elle vous a été attribuée",
      mention: "On vous a mentionné",
      message_assigned: "Nouveau message dans l’une de vos conversations",
      message_participating: "Nouveau message dans une conversation à laquelle vous participez",
    },
    unread: {
      one: "{count} message non lu",
      many: "{count} de messages non lus",
      other: "{count} messages non lus",
    },
    more: {
      one: "et {count} autre conversation",
      many: "et {count} d’autres conversations",
      other: "et {count} autres conversations",
    },
    open: "Ouvrir la conversation",
    openInbox: "Ouvrir la boîte de réception",
    settings: "Choisir ce qui vous est signalé par e-mail",
    nameless: "Un client sans nom",
    title: {
      created: "Nouvelle conversation avec {name}",
      assigned: "{name} vous a été attribué",
      mention: "On vous a mentionné : {name}",
      message_assigned: "{name} a écrit",
      message_participating: "{name} a écrit",
    },
    test: { title: "Ceci est un test", body: "Ce navigateur vous montre ce qui se passe dans Switchboard." },
  },
  ar: {
    subject: {
      zero: "لا جديد لك في {workspace}",
      one: "هناك جديد لك في محادثة واحدة في {workspace}",
      two: "هناك جديد لك في محادثتين في {workspace}",
      few: "هناك جديد لك في {count} محادثات في {workspace}",
      many: "هناك جديد لك في {count} محادثة في {workspace}",
      other: "هناك جديد لك في {count} محادثة في {workspace}",
    },
    lead: "هذا ما حدث في {workspace} أثناء غيابك:",
    happened: {
      created: "محادثة جديدة",
      assigned: "أُسندت إليك",
      mention: "أُشير إليك",
      message_assigned: "رسالة جديدة في محادثة مسندة إليك",
      message_participating: "رسالة جديدة في محادثة تشارك فيها",
    },
    unread: {
      zero: "لا رسائل غير مقروءة",
      one: "رسالة واحدة غير مقروءة",
      two: "رسالتان غير مقروءتين",
      few: "{count} رسائل غير مقروءة",
      many: "{count} رسالة غير مقروءة",
      other: "{count} رسالة غير مقروءة",
    },
    more: {
      zero: "ولا محادثات أخرى",
      one: "ومحادثة أخرى",
      two: "ومحادثتان أخريان",
      few: "و{count} محادثات أخرى",
      many: "و{count} محادثة أخرى",
      other: "و{count} محادثة أخرى",
    },
    open: "فتح المحادثة",
    openInbox: "فتح صندوق الوارد",
    settings: "اختيار ما تُبلَّغ به عبر البريد الإلكتروني",
    nameless: "عميل بلا اسم",
    title: {
      created: "محادثة جديدة مع {name}",
      assigned: "أُسندت إليك محادثة {name}",
      mention: "أُشير إليك: {name}",
      message_assigned: "كتب {name}",
      message_participating: "كتب {name}",
    },
    test: { title: "هذا اختبار", body: "يعرض لك هذا المتصفح ما يحدث في Switchboard." },
  },
};

/** A sentence with its places filled in. */
export const filled = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? "");

/** The form of a sentence that its language has for a number, filled in. */
export function counted(language: Language, forms: Plural, count: number, values: Record<string, string> = {}): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return filled(form, { ...values, count: new Intl.NumberFormat(language).format(count) });
}
