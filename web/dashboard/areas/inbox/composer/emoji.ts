import type { EmojiData, EmojiDataResolver, Locale } from "frimousse";

interface Compact {
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  skins?: { unicode: string }[];
}
interface Messages {
  groups: { key: string; message: string; order: number }[];
  skinTones: { key: string; message: string }[];
}
type Json = Promise<{ default: unknown }>;

const files: Record<string, () => [Json, Json]> = {
  en: () => [import("emojibase-data/en/compact.json"), import("emojibase-data/en/messages.json")],
  es: () => [import("emojibase-data/es/compact.json"), import("emojibase-data/es/messages.json")],
  de: () => [import("emojibase-data/de/compact.json"), import("emojibase-data/de/messages.json")],
  pt: () => [import("emojibase-data/pt/compact.json"), import("emojibase-data/pt/messages.json")],
  fr: () => [import("emojibase-data/fr/compact.json"), import("emojibase-data/fr/messages.json")],
};

/** The language of the emoji names; there are none in Arabic. */
export const emojiLocale = (language: string): Locale => {
  const short = language.slice(0, 2);
  return short in files ? short : "en";
};

/** Emoji with their names, from our own build. */
export const loadEmoji: EmojiDataResolver = async (locale) => {
  const [list, texts] = await Promise.all(files[locale]!());
  const emojis = (list.default as Compact[]).filter(({ group }) => group !== undefined && group !== 2);
  const messages = texts.default as Messages;
  const tones = ["light", "medium-light", "medium", "medium-dark", "dark"] as const;
  return {
    locale,
    emojis: emojis
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
      .map(({ unicode, label, tags, group, skins }) => ({
        emoji: unicode,
        category: group!,
        label,
        version: 0,
        tags: tags ?? [],
        ...(skins?.length === 5
          ? { skins: Object.fromEntries(tones.map((tone, index) => [tone, skins[index]!.unicode])) }
          : {}),
      })) as EmojiData["emojis"],
    categories: messages.groups
      .filter(({ order }) => order !== 2)
      .map(({ order, message }) => ({ index: order, label: message })),
    skinTones: Object.fromEntries(
      messages.skinTones.map(({ key, message }) => [key, message]),
    ) as EmojiData["skinTones"],
  };
};

let kept: { locale: Locale; data: Promise<EmojiData> } | undefined;

/** Emoji whose name or tags begin with the words. */
export async function searchEmoji(query: string, language: string): Promise<{ emoji: string; label: string }[]> {
  const locale = emojiLocale(language);
  if (kept?.locale !== locale) kept = { locale, data: Promise.resolve(loadEmoji(locale, {})) };
  const wanted = query.toLocaleLowerCase().replaceAll("_", " ");
  const { emojis } = await kept.data;
  const begins = (text: string) => text.toLocaleLowerCase().startsWith(wanted);
  return [
    ...emojis.filter(({ label }) => begins(label)),
    ...emojis.filter(({ label, tags }) => !begins(label) && tags.some(begins)),
  ].slice(0, 8);
}
