/** What simulated customers say by themselves, by language. */
const answers: Readonly<Record<string, readonly string[]>> = {
  en: [
    "Thanks, that helps a lot.",
    "Perfect. When will it arrive?",
    "Could you send me the link as well?",
    "Great, I'll take it then.",
    "One more thing: can I pay by card?",
    "Wonderful, have a nice day!",
  ],
  es: [
    "Muchas gracias, me ayuda mucho.",
    "Perfecto. ¿Cuándo llegará?",
    "¿Me puede enviar también el enlace?",
    "Genial, entonces me lo quedo.",
    "Una cosa más: ¿puedo pagar con tarjeta?",
    "¡Estupendo, que tenga un buen día!",
  ],
  de: [
    "Danke, das hilft mir sehr.",
    "Perfekt. Wann kommt es an?",
    "Könnten Sie mir noch den Link schicken?",
    "Super, dann nehme ich es.",
    "Noch etwas: Kann ich mit Karte zahlen?",
    "Wunderbar, einen schönen Tag noch!",
  ],
  fr: [
    "Merci, cela m’aide beaucoup.",
    "Parfait. Quand est-ce que ça arrivera ?",
    "Pourriez-vous m’envoyer aussi le lien ?",
    "Très bien, alors je le prends.",
    "Encore une chose : puis-je payer par carte ?",
    "Formidable, bonne journée !",
  ],
  pt: [
    "Obrigado, isso ajuda muito.",
    "Perfeito. Quando chega?",
    "Pode me enviar o link também?",
    "Ótimo, então vou querer.",
    "Mais uma coisa: posso pagar com cartão?",
    "Maravilha, tenha um ótimo dia!",
  ],
  ar: [
    "شكرًا، هذا مفيد جدًا.",
    "ممتاز. متى سيصل الطلب؟",
    "هل يمكنكم إرسال الرابط أيضًا؟",
    "رائع، سآخذه إذن.",
    "سؤال أخير: هل يمكنني الدفع بالبطاقة؟",
    "رائع، أتمنى لكم يومًا سعيدًا!",
  ],
};

/** Of one customer in an hour: a bot that answers must not find somebody who never stops. */
const perHour = 5;
const hourMs = 3_600_000;

/** Decides whether a customer answers what we sent, and with what. */
export class Talk {
  private readonly said = new Map<string, number[]>();
  private readonly heard = new Map<string, number>();

  /** `who` is one customer of one account. undefined: they say nothing. */
  answer(who: string, language: string | undefined, now: number): string | undefined {
    const heard = (this.heard.get(who) ?? 0) + 1;
    this.heard.set(who, heard);
    const before = (this.said.get(who) ?? []).filter((at) => now - at < hourMs);
    // To the first thing they hear, and then two times out of three.
    if (before.length >= perHour || heard % 3 === 0) return undefined;
    const list = answers[(language ?? "en").slice(0, 2)] ?? answers.en!;
    const text = list[before.length % list.length];
    this.said.set(who, [...before, now]);
    return text;
  }
}
