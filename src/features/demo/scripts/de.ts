import { a, c, f, n, type Script } from "../script.js";

export const german: readonly Script[] = [
  {
    on: "whatsapp",
    who: "Jonas Weber",
    language: "de",
    days: 0.08,
    steps: [
      c("Guten Tag, passt die Lampe auch an eine Dachschräge?"),
      a("Guten Tag Herr Weber, ja, bis 35 Grad. Haben Sie ein Foto?"),
      c("Leider gerade nicht, ich messe heute Abend nach."),
    ],
    end: { assign: true },
    then: {
      asks: "Wann dürfen wir Sie zurückrufen?",
      options: ["Heute Abend", "Morgen früh"],
      chosen: "Heute Abend",
    },
  },
  {
    on: "telegram",
    who: "Lena Hoffmann",
    language: "de",
    days: 0.7,
    steps: [
      c("Mein Paket hängt seit drei Tagen in Leipzig fest."),
      a("Das tut mir leid. Ich frage beim Paketdienst nach und melde mich bis heute Mittag."),
      n("Sendung 00340434 liegt im Verteilzentrum, Nachforschung läuft.", true),
      c("Danke, ich brauche es bis Samstag."),
    ],
    end: { assign: true, labels: ["Delivery"], priority: "urgent" },
  },
  {
    on: "messenger",
    who: "Mehmet Yılmaz",
    language: "de",
    days: 1.8,
    steps: [c("Gibt es den Sessel auch in Grau?"), a("Ja, ab nächster Woche wieder."), c("Super, dann warte ich.")],
    end: { status: "snoozed" },
  },
  {
    on: "whatsapp",
    who: "Sabine Krüger",
    language: "de",
    days: 4.3,
    steps: [
      f("document", "Anbei unsere Bestellung für das Büro"),
      a("Vielen Dank, Frau Krüger. Das Angebot kommt noch heute."),
      c("Bitte mit Ausweis der Mehrwertsteuer."),
      a("Selbstverständlich."),
    ],
    end: { status: "resolved", labels: ["Order", "VIP"], assign: true },
  },
  {
    on: "telegram",
    who: "Felix Brandt",
    language: "de",
    days: 6.6,
    steps: [c("Falscher Chat, entschuldigung!"), a("Kein Problem, melden Sie sich gern, wenn Sie etwas brauchen.")],
    end: { status: "resolved", priority: "low" },
  },
  {
    on: "whatsapp",
    who: "Katrin Neumann",
    language: "de",
    days: 10.5,
    steps: [
      c("Ich habe zwei Mal bezahlt, glaube ich."),
      c("Kontonummer DE02 1203 0000 0000 2020 51"),
      { by: "remove" },
      a("Sie haben recht, wir erstatten den zweiten Betrag heute."),
      c("Vielen Dank!"),
    ],
    end: { status: "resolved", labels: ["Refund"] },
  },
];
