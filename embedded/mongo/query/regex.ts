/** Regular expressions as MongoDB (PCRE) understands them, on JavaScript's engine. */
import { MongoError } from "../errors.js";

const posixClasses: Record<string, string> = {
  alpha: "a-zA-Z",
  digit: "0-9",
  alnum: "a-zA-Z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9a-fA-F",
  word: "\\w",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  print: "\\x20-\\x7e",
  graph: "\\x21-\\x7e",
};

/** Escapes that PCRE knows and JavaScript spells differently, outside character classes. */
const escapes: Record<string, string> = {
  A: "(?<![^])",
  z: "(?![^])",
  Z: "(?=\\n?(?![^]))",
  h: "[ \\t\\u00a0]",
  H: "[^ \\t\\u00a0]",
  R: "(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])",
  a: "\\x07",
  e: "\\x1b",
};

/**
 * A JavaScript expression that matches what the pattern matches in MongoDB. Flags are i, m, s, x and u; others are
 * refused with 51108, patterns that cannot be compiled with 51091.
 */
export function compileRegex(pattern: string, flags: string): RegExp {
  let own = "";
  let source = pattern;
  for (const flag of flags) {
    if (!"imsxu".includes(flag)) throw new MongoError(51108, `invalid flag in regex options: ${flag}`);
    if (!own.includes(flag)) own += flag;
  }
  if (pattern.includes("\0"))
    throw new MongoError("BadValue", "Regular expression cannot contain an embedded null byte");
  const inline = /^\(\?([imsx]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    for (const flag of inline[1] as string) if (!own.includes(flag)) own += flag;
  }
  const translated = new Translator(source, own.includes("x"), own.includes("m")).run();
  const jsFlags = Array.from(own)
    .filter((flag) => "ims".includes(flag))
    .join("");
  return build(translated, jsFlags, pattern);
}

function build(source: string, flags: string, original: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // Unicode mode refuses needless escapes such as "\-", which PCRE allows: try without it.
    try {
      return new RegExp(source, flags);
    } catch (error) {
      const reason = error instanceof Error ? error.message : original;
      throw new MongoError(51091, `Regular expression is invalid: ${reason}`);
    }
  }
}

class Translator {
  private at = 0;
  private out = "";
  private readonly source: string;
  private readonly extended: boolean;
  private readonly multiline: boolean;

  constructor(source: string, extended: boolean, multiline: boolean) {
    this.source = source;
    this.extended = extended;
    this.multiline = multiline;
  }

  run(): string {
    const { source } = this;
    while (this.at < source.length) {
      const char = source[this.at] as string;
      if (char === "\\") this.escape();
      else if (char === "[") this.characterClass();
      else if (char === "(") this.group();
      else if (char === "$" && !this.multiline) this.put("(?=\\n?(?![^]))", 1);
      else if (this.extended && /\s/.test(char)) this.at += 1;
      else if (this.extended && char === "#") this.comment();
      else this.put(char, 1);
    }
    return this.out;
  }

  private put(text: string, consumed: number): void {
    this.out += text;
    this.at += consumed;
  }

  private comment(): void {
    const end = this.source.indexOf("\n", this.at);
    this.at = end === -1 ? this.source.length : end + 1;
  }

  private escape(): void {
    const next = this.source[this.at + 1] ?? "";
    if (next === "Q") {
      const end = this.source.indexOf("\\E", this.at);
      const literal = this.source.slice(this.at + 2, end === -1 ? undefined : end);
      this.put(literal.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), literal.length + (end === -1 ? 2 : 4));
    } else if (next === "x" && this.source[this.at + 2] === "{") {
      const end = this.source.indexOf("}", this.at);
      const code = Number.parseInt(this.source.slice(this.at + 3, end), 16);
      this.put(
        Number.isNaN(code) ? "\\x" : String.fromCodePoint(code).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"),
        end - this.at + 1,
      );
    } else this.put(escapes[next] ?? `\\${next}`, 2);
  }

  private group(): void {
    const rest = this.source.slice(this.at, this.at + 4);
    if (rest.startsWith("(?P<")) this.put("(?<", 4);
    else if (rest.startsWith("(?#")) {
      const end = this.source.indexOf(")", this.at);
      this.at = end === -1 ? this.source.length : end + 1;
    } else this.put("(", 1);
  }

  private characterClass(): void {
    const { source } = this;
    this.put("[", 1);
    if (source[this.at] === "^") this.put("^", 1);
    if (source[this.at] === "]") this.put("\\]", 1);
    while (this.at < source.length) {
      const char = source[this.at] as string;
      const posix = char === "[" ? /^\[:(\w+):\]/.exec(source.slice(this.at)) : null;
      if (posix) this.put(posixClasses[posix[1] as string] ?? posix[0], posix[0].length);
      else if (char === "\\") this.put(source.slice(this.at, this.at + 2), 2);
      else if (char === "[") this.put("\\[", 1);
      else {
        this.put(char, 1);
        if (char === "]") return;
      }
    }
  }
}
