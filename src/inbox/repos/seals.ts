import type { Keyring } from "../../core/ports.js";
import { searchWords } from "../../platform/keyring/searchWords.js";
import { asSealed, type SealedValue } from "../../platform/sealed.js";

/** Seals and opens the private fields of the inbox's rows. The place binds a value to its workspace, table and field. */
export interface Seals {
  seal(place: Place, plain: string): Promise<SealedValue>;
  sealOptional(place: Place, plain: string | null | undefined): Promise<SealedValue | null>;
  sealJson(place: Place, value: unknown): Promise<SealedValue>;
  open(place: Place, value: SealedValue): Promise<string>;
  openOptional(place: Place, value: SealedValue | null | undefined): Promise<string | null>;
  openJson(place: Place, value: SealedValue): Promise<unknown>;
  /** The value sealed with today's key, when an older one sealed it; undefined when it needs nothing. */
  renewed(place: Place, value: SealedValue, plain: string): Promise<SealedValue | undefined>;
  blind: Keyring["blind"];
  searchTokens: Keyring["searchTokens"];
  /** The words of a text as search sees them. */
  wordsOf(text: string): string[];
}

export interface Place {
  workspaceId: string;
  collection: string;
  field: string;
}

export function createSeals(keyring: Keyring): Seals {
  const seal = async (place: Place, plain: string) => asSealed(await keyring.seal(place, plain));
  const open = (place: Place, value: SealedValue) => keyring.open(place, value);
  return {
    seal,
    sealOptional: async (place, plain) => (plain === null || plain === undefined ? null : seal(place, plain)),
    sealJson: (place, value) => seal(place, JSON.stringify(value)),
    open,
    openOptional: async (place, value) => (value ? open(place, value) : null),
    openJson: async (place, value) => JSON.parse(await open(place, value)) as unknown,
    renewed: async (place, value, plain) =>
      (await keyring.needsReseal(place, value)) ? seal(place, plain) : undefined,
    blind: (workspaceId, purpose, value) => keyring.blind(workspaceId, purpose, value),
    searchTokens: (workspaceId, text, options) => keyring.searchTokens(workspaceId, text, options),
    wordsOf: searchWords,
  };
}
