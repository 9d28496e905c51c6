import { Schema, type Connection, type Model } from "mongoose";
import { sealed, type SealedValue } from "../../platform/sealed.js";

/** A person who can sign in. One account, whatever the number of workspaces. */
export interface UserRow {
  _id: string;
  /** Blind key of the address in lower case: one account per address. */
  emailKey: string;
  /** JSON of address and name. */
  profile: SealedValue;
  /** Argon2id with its own salt; null: signs in elsewhere only. */
  passwordHash: string | null;
  /** When somebody proved that the address is theirs. */
  verifiedAt: Date | null;
  language: string;
  preferences: Record<string, unknown>;
  /** Since when two-factor sign-in is on. */
  twoFactorAt: Date | null;
  totp: SealedValue | null;
  /** A secret that was shown and not confirmed yet. */
  totpPending: SealedValue | null;
  /** The time step of the last code that was taken: no code is taken twice, and none before it. */
  totpStep: number;
  /** SHA-256 of the recovery codes that are left, hex. */
  recovery: string[];
  createdAt: Date;
}

/** A browser that somebody is signed in with. */
export interface UserSessionRow {
  _id: string;
  userId: string;
  /** SHA-256 of the cookie's token, hex. */
  hash: string;
  /** JSON of address and browser. */
  origin: SealedValue | null;
  createdAt: Date;
  /** To the minute. */
  lastSeenAt: Date;
  /** Pushed on by use, never beyond `absoluteEnd`. MongoDB removes it then. */
  endsAt: Date;
  absoluteEnd: Date;
}

export type TokenKind = "reset" | "verify" | "challenge";

/** Something that may be done once, by whoever holds the token. */
export interface UserTokenRow {
  /** SHA-256 of the token, hex. */
  _id: string;
  kind: TokenKind;
  userId: string;
  tries: number;
  expiresAt: Date;
}

/** An account at an OIDC provider that opens an account here. */
export interface ExternalLoginRow {
  /** Blind key of provider, issuer and subject. */
  _id: string;
  userId: string;
  provider: string;
  createdAt: Date;
}

/** The one-time links of the set-up: one document, of which one caller takes the right to be the first owner. */
export interface SetupRow {
  _id: string;
  hashes: string[];
  usedAt: Date | null;
}

export interface AccountModels {
  users: Model<UserRow>;
  sessions: Model<UserSessionRow>;
  tokens: Model<UserTokenRow>;
  externalLogins: Model<ExternalLoginRow>;
  setups: Model<SetupRow>;
}

/** The tables of people and how they sign in. */
export function accountModels(connection: Connection): AccountModels {
  const user = new Schema<UserRow>(
    {
      _id: { type: String, required: true },
      emailKey: { type: String, required: true },
      profile: sealed("profile"),
      passwordHash: { type: String, default: null },
      verifiedAt: { type: Date, default: null },
      language: { type: String, required: true },
      preferences: { type: Schema.Types.Mixed, default: {} },
      twoFactorAt: { type: Date, default: null },
      totp: sealed("totp"),
      totpPending: sealed("totpPending"),
      totpStep: { type: Number, default: 0 },
      recovery: { type: [String], default: [] },
      createdAt: { type: Date, required: true },
    },
    { collection: "users", versionKey: false, minimize: false },
  );
  user.index({ emailKey: 1 }, { unique: true });
  const session = new Schema<UserSessionRow>(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      hash: { type: String, required: true },
      origin: sealed("origin"),
      createdAt: { type: Date, required: true },
      lastSeenAt: { type: Date, required: true },
      endsAt: { type: Date, required: true },
      absoluteEnd: { type: Date, required: true },
    },
    { collection: "user_sessions", versionKey: false },
  );
  session.index({ hash: 1 }, { unique: true });
  session.index({ userId: 1, _id: 1 });
  session.index({ endsAt: 1 }, { expireAfterSeconds: 0 });
  const token = new Schema<UserTokenRow>(
    {
      _id: { type: String, required: true },
      kind: { type: String, required: true },
      userId: { type: String, required: true },
      tries: { type: Number, default: 0 },
      expiresAt: { type: Date, required: true },
    },
    { collection: "user_tokens", versionKey: false },
  );
  token.index({ userId: 1, kind: 1 });
  token.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const login = new Schema<ExternalLoginRow>(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      provider: { type: String, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: "external_logins", versionKey: false },
  );
  login.index({ userId: 1 });
  const setup = new Schema<SetupRow>(
    {
      _id: { type: String, required: true },
      hashes: { type: [String], default: [] },
      usedAt: { type: Date, default: null },
    },
    { collection: "setup", versionKey: false },
  );
  return {
    users: connection.model<UserRow>("User", user),
    sessions: connection.model<UserSessionRow>("UserSession", session),
    tokens: connection.model<UserTokenRow>("UserToken", token),
    externalLogins: connection.model<ExternalLoginRow>("ExternalLogin", login),
    setups: connection.model<SetupRow>("Setup", setup),
  };
}
