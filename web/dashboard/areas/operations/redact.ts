/** JSON with indents; anything else as it is. */
export function indented(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}

/** Words that say what a thing is and not what a person wrote. */
const telling = /^(type|object|kind|event|field|status|messaging_product|mime_type|chat_type|is_[a-z_]+)$/;

/** The shape of a payload: names and kinds stay, texts, numbers of phones and ids are covered. */
export function redacted(raw: string): string {
  try {
    const shape: unknown = JSON.parse(raw);
    return JSON.stringify(
      shape,
      (key, value: unknown) => {
        if (typeof value === "string") return telling.test(key) && value.length <= 40 ? value : "•••";
        return typeof value === "number" ? 0 : value;
      },
      2,
    );
  } catch {
    return "•••";
  }
}
