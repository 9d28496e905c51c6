/** Time zones: offsets, names of the Olson database, and local time. All times are in milliseconds. */
import { MongoError } from "../../errors.js";
import { zoneOffset } from "./dateText.js";

/** A time zone. Local time is the UTC time of a clock that shows the same. */
export interface Zone {
  readonly name: string;
  /** True for UTC and its other names. */
  readonly isUtc: boolean;
  /** What local clocks are ahead of UTC at an instant. */
  offsetAt(utc: number): number;
  toLocal(utc: number): number;
  /** The earlier instant when clocks show a time twice; a time that clocks skip counts on from before the gap. */
  toUtc(local: number): number;
}

class FixedZone implements Zone {
  readonly name: string;
  readonly isUtc: boolean;
  private readonly offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.offset = offset;
    this.isUtc = /^(?:utc|gmt|z)$/i.test(name);
  }

  offsetAt(): number {
    return this.offset;
  }

  toLocal(utc: number): number {
    return utc + this.offset;
  }

  toUtc(local: number): number {
    return local - this.offset;
  }
}

const day = 86_400_000;
/** Offsets change at whole quarters of an hour only. */
const quarterHour = 900_000;
const maxRemembered = 4096;

class NamedZone implements Zone {
  readonly isUtc = false;
  readonly name: string;
  private readonly format: Intl.DateTimeFormat;
  private readonly known = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
    this.format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  }

  offsetAt(utc: number): number {
    const quarter = Math.floor(utc / quarterHour);
    const known = this.known.get(quarter);
    if (known !== undefined) return known;
    const offset = this.ask(quarter * quarterHour);
    if (this.known.size >= maxRemembered) this.known.clear();
    this.known.set(quarter, offset);
    return offset;
  }

  private ask(utc: number): number {
    const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(this.format.format(utc));
    if (!match?.[1]) return 0;
    const [, sign, hours, minutes, seconds = "0"] = match;
    return (sign === "-" ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  }

  toLocal(utc: number): number {
    return utc + this.offsetAt(utc);
  }

  toUtc(local: number): number {
    const before = this.offsetAt(local - day);
    const after = this.offsetAt(local + day);
    for (const offset of [before, after]) if (this.offsetAt(local - offset) === offset) return local - offset;
    return local - before;
  }
}

export const utcZone: Zone = new FixedZone("UTC", 0);
const zones = new Map<string, Zone>([["UTC", utcZone]]);

/** The zone of "Europe/Berlin", "+02:00", "-0530", "+03", "GMT", "UTC" or "Z". Throws 40485 for what is none. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const zone = makeZone(name);
  if (zones.size < maxRemembered) zones.set(name, zone);
  return zone;
}

function makeZone(name: string): Zone {
  if (name === "Z" || name === "GMT") return new FixedZone(name, 0);
  if (/^[+-]\d{2}(?::?\d{2})?$/.test(name)) return new FixedZone(name, zoneOffset(name) * 60_000);
  if (/^[A-Za-z]/.test(name)) {
    try {
      return new NamedZone(name);
    } catch {
      // Intl throws RangeError for names it does not know; the server's own error follows.
    }
  }
  throw new MongoError(40485, `unrecognized time zone identifier: "${name}"`);
}
