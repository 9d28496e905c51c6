import { a, c, f, n, type Script } from "../script.js";

export const spanish: readonly Script[] = [
  {
    on: "whatsapp",
    who: "Lucía Fernández",
    language: "es",
    days: 0.04,
    steps: [c("Buenas, ¿tienen la mesa redonda en blanco?"), c("La vi en su página pero no aparece el precio.")],
    end: { labels: ["Order"], priority: "medium" },
  },
  {
    on: "telegram",
    who: "Diego Ramírez",
    language: "es",
    days: 0.4,
    steps: [
      c("Hola, me llegó un color equivocado."),
      f("image", "Pedí azul y este es verde"),
      a("Lamento el error, Diego. Le enviamos el azul mañana mismo."),
      c("Muchas gracias por la rapidez."),
    ],
    end: { assign: true, labels: ["Delivery"] },
  },
  {
    on: "messenger",
    who: "Carmen Ortega",
    language: "es",
    days: 3.1,
    steps: [
      c("¿Hacen envíos a Canarias?"),
      a("Sí, tardan entre cuatro y seis días y cuestan 12 euros."),
      c("Perfecto, lo hablo en casa y les digo."),
    ],
    end: { status: "snoozed", labels: ["Order"] },
  },
  {
    on: "whatsapp",
    who: "Mateo Vargas",
    language: "es",
    days: 5.4,
    steps: [
      c("Quisiera saber si mi reembolso ya salió."),
      a("Salió ayer; su banco puede tardar hasta tres días."),
      c("De acuerdo, espero entonces."),
    ],
    end: { status: "resolved", labels: ["Refund"] },
  },
  {
    on: "telegram",
    who: "Valentina Rojas",
    language: "es",
    days: 0.15,
    steps: [f("voice"), c("Perdón por el audio, voy conduciendo.")],
    end: { assign: true },
  },
  {
    on: "messenger",
    who: "Andrés Molina",
    language: "es",
    days: 8.2,
    steps: [
      c("¿Puedo pagar contra reembolso?"),
      a("Por ahora solo con tarjeta o transferencia."),
      n("Ya es el tercero que lo pregunta este mes."),
      c("Vale, uso la tarjeta."),
    ],
    end: { status: "resolved", labels: ["Order"] },
  },
];
