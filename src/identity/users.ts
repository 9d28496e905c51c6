import type { Model } from "mongoose";
import { AppError } from "../core/errors.js";
import { newId } from "../core/ids.js";
import type { Clock, Keyring } from "../core/ports.js";
import { asSealed } from "../platform/sealed.js";
import type { Language } from "../wire/identity.js";
import type { UserRow } from "./models/account.js";
import { isDuplicate } from "./secrets.js";

/**
 * People span workspaces, so what is sealed of them is sealed by a data key that belongs to none: the keyring knows it
 * under this name.
 */
export const systemKeys = "system";

/** A person who can sign in. */
export interface User {
  id: string;
  email: string;
  name: string;
  passwordHash: string | null;
  verified: boolean;
  language: Language;
  preferences: Record<string, unknown>;
  twoFactor: boolean;
}

/** What a person chose, without who they are. */
export type UserSettings = Pick<User, "verified" | "language" | "preferences" | "twoFactor">;

export interface UserRepo {
  /** The blind key under which an address is found, whatever its letters' case. */
  emailKey(email: string): Promise<string>;
  findByEmail(email: string): Promise<User | undefined>;
  find(id: string): Promise<User | undefined>;
  findMany(ids: readonly string[]): Promise<Map<string, User>>;
  /** How people like things; opens nothing that is sealed. */
  settingsOf(ids: readonly string[]): Promise<Map<string, UserSettings>>;
  /** Throws AppError `conflict` when the address has an account. */
  create(person: {
    email: string;
    name: string;
    passwordHash: string | null;
    verified: boolean;
    language: Language;
  }): Promise<User>;
  rename(id: string, name: string): Promise<void>;
  setLanguage(id: string, language: Language): Promise<void>;
  setPreferences(id: string, preferences: Record<string, unknown>): Promise<void>;
  setPassword(id: string, passwordHash: string, alsoVerified: boolean): Promise<void>;
  setVerified(id: string): Promise<void>;
}

export function userRepo(model: Model<UserRow>, keyring: Keyring, clock: Clock): UserRepo {
  const place = { workspaceId: systemKeys, collection: "users", field: "profile" };
  const emailKey = (email: string) => keyring.blind(systemKeys, "email", email.trim().normalize("NFC").toLowerCase());
  const sealedProfile = async (email: string, name: string) =>
    asSealed(await keyring.seal(place, JSON.stringify({ email, name })));

  async function user(row: UserRow): Promise<User> {
    const { email, name } = JSON.parse(await keyring.open(place, row.profile)) as { email: string; name: string };
    if (await keyring.needsReseal(place, row.profile)) {
      const profile = await sealedProfile(email, name);
      await model.updateOne({ _id: row._id, profile: row.profile }, { $set: { profile } });
    }
    return { id: row._id, email, name, passwordHash: row.passwordHash, ...settings(row) };
  }
  const settings = (row: Pick<UserRow, "verifiedAt" | "language" | "preferences" | "twoFactorAt">): UserSettings => ({
    verified: row.verifiedAt !== null,
    language: row.language as Language,
    preferences: row.preferences,
    twoFactor: row.twoFactorAt !== null,
  });
  const set = async (id: string, change: Partial<UserRow>) => {
    await model.updateOne({ _id: id }, { $set: change });
  };

  return {
    emailKey,
    async findByEmail(email) {
      const row = await model.findOne({ emailKey: await emailKey(email) }).lean();
      return row ? user(row) : undefined;
    },
    async find(id) {
      const row = await model.findOne({ _id: id }).lean();
      return row ? user(row) : undefined;
    },
    async findMany(ids) {
      const rows = ids.length === 0 ? [] : await model.find({ _id: { $in: [...ids] } }).lean();
      return new Map(await Promise.all(rows.map(async (row) => [row._id, await user(row)] as const)));
    },
    async settingsOf(ids) {
      const fields = { verifiedAt: 1, language: 1, preferences: 1, twoFactorAt: 1 };
      const rows = ids.length === 0 ? [] : await model.find({ _id: { $in: [...ids] } }, fields).lean();
      return new Map(rows.map((row) => [row._id, settings(row)]));
    },
    async create({ email, name, passwordHash, verified, language }) {
      const now = clock.now();
      const row: UserRow = {
        _id: newId("user"),
        emailKey: await emailKey(email),
        profile: await sealedProfile(email.trim(), name),
        passwordHash,
        verifiedAt: verified ? now : null,
        language,
        preferences: {},
        twoFactorAt: null,
        totp: null,
        totpPending: null,
        totpStep: 0,
        recovery: [],
        createdAt: now,
      };
      try {
        await model.create(row);
      } catch (error) {
        throw isDuplicate(error)
          ? new AppError("conflict", "There is an account of this address already.", { reason: "account_exists" })
          : error;
      }
      return user(row);
    },
    async rename(id, name) {
      const row = await model.findOne({ _id: id }).lean();
      if (!row) return;
      const { email } = await user(row);
      await set(id, { profile: await sealedProfile(email, name) });
    },
    setLanguage: (id, language) => set(id, { language }),
    setPreferences: (id, preferences) => set(id, { preferences }),
    setPassword: (id, passwordHash, alsoVerified) =>
      set(id, { passwordHash, ...(alsoVerified ? { verifiedAt: clock.now() } : {}) }),
    setVerified: (id) => set(id, { verifiedAt: clock.now() }),
  };
}
