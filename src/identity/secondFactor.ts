import { randomInt } from "node:crypto";
import type { Model } from "mongoose";
import { Secret, TOTP } from "otpauth";
import QRCode from "qrcode";
import { AppError } from "../core/errors.js";
import type { Clock, Keyring } from "../core/ports.js";
import { asSealed } from "../platform/sealed.js";
import type { UserRow } from "./models/account.js";
import { hashOf } from "./secrets.js";
import { systemKeys } from "./users.js";

const periodMs = 30_000;
const recoveryCount = 10;
/** No letters or digits that look alike. */
const recoveryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

export interface SecondFactor {
  /** A new secret to scan. It counts only once `confirm` saw a code of it; until then nothing changes. */
  begin(userId: string, email: string): Promise<{ secret: string; uri: string; qrSvg: string }>;
  /** Turns it on and gives the recovery codes, once. Throws AppError `unprocessable` for a wrong code. */
  confirm(userId: string, code: string): Promise<string[]>;
  /** True for a code of now or of the step before or after, that was not taken before. */
  fits(userId: string, code: string): Promise<boolean>;
  /** True for a recovery code that was left; it is used up. */
  recovers(userId: string, code: string): Promise<boolean>;
  /** New recovery codes; the old ones stop working. */
  renewRecovery(userId: string): Promise<string[]>;
  end(userId: string): Promise<void>;
}

/** Codes from an authenticator app (RFC 6238), and recovery codes for when it is lost. */
export function createSecondFactor(model: Model<UserRow>, keyring: Keyring, clock: Clock): SecondFactor {
  const place = (field: "totp" | "totpPending") => ({ workspaceId: systemKeys, collection: "users", field });
  const totp = (secret: string, label = "") =>
    new TOTP({ issuer: "Switchboard", label, secret: Secret.fromBase32(secret), digits: 6, period: periodMs / 1000 });

  /** The time step of a right code. */
  function stepOf(secret: string, code: string): number | undefined {
    const timestamp = clock.now().getTime();
    const delta = totp(secret).validate({ token: code, timestamp, window: 1 });
    return delta === null ? undefined : Math.floor(timestamp / periodMs) + delta;
  }

  function recoveryCodes(): string[] {
    const letters = () =>
      Array.from({ length: 4 }, () => recoveryAlphabet[randomInt(recoveryAlphabet.length)]).join("");
    return Array.from({ length: recoveryCount }, () => [letters(), letters(), letters(), letters()].join("-"));
  }
  const plain = (code: string) => hashOf(code.toLowerCase().replace(/[^a-z0-9]/g, ""));

  return {
    async begin(userId, email) {
      const secret = new Secret({ size: 20 }).base32;
      const totpPending = asSealed(await keyring.seal(place("totpPending"), secret));
      await model.updateOne({ _id: userId }, { $set: { totpPending } });
      const uri = totp(secret, email).toString();
      return { secret, uri, qrSvg: await QRCode.toString(uri, { type: "svg", margin: 2, errorCorrectionLevel: "M" }) };
    },
    async confirm(userId, code) {
      const row = await model.findOne({ _id: userId }).lean();
      if (!row?.totpPending)
        throw new AppError("conflict", "Ask for a new secret first.", { reason: "secret_outdated" });
      const secret = await keyring.open(place("totpPending"), row.totpPending);
      const step = stepOf(secret, code);
      if (step === undefined) {
        throw new AppError("unprocessable", "This code is not right. Check the clock of the device that shows it.", {
          reason: "wrong_code",
          errors: [{ pointer: "/code", message: "is not right", code: "not_right" }],
        });
      }
      const codes = recoveryCodes();
      const totpSealed = asSealed(await keyring.seal(place("totp"), secret));
      // Only what was just confirmed: a secret that another tab asked for in between is not taken for it.
      const { matchedCount } = await model.updateOne(
        { _id: userId, totpPending: row.totpPending },
        {
          $set: {
            totp: totpSealed,
            totpPending: null,
            totpStep: step,
            twoFactorAt: clock.now(),
            recovery: codes.map(plain),
          },
        },
      );
      if (matchedCount === 0)
        throw new AppError("conflict", "Another secret was asked for in between. Scan that one.", {
          reason: "secret_outdated",
        });
      return codes;
    },
    async fits(userId, code) {
      const row = await model.findOne({ _id: userId }).lean();
      if (!row?.totp) return false;
      const step = stepOf(await keyring.open(place("totp"), row.totp), code);
      if (step === undefined) return false;
      const { modifiedCount } = await model.updateOne(
        { _id: userId, totpStep: { $lt: step } },
        { $set: { totpStep: step } },
      );
      return modifiedCount === 1;
    },
    async recovers(userId, code) {
      const hash = plain(code);
      const { modifiedCount } = await model.updateOne({ _id: userId, recovery: hash }, { $pull: { recovery: hash } });
      return modifiedCount === 1;
    },
    async renewRecovery(userId) {
      const codes = recoveryCodes();
      await model.updateOne({ _id: userId }, { $set: { recovery: codes.map(plain) } });
      return codes;
    },
    async end(userId) {
      await model.updateOne(
        { _id: userId },
        { $set: { totp: null, totpPending: null, twoFactorAt: null, recovery: [] } },
      );
    },
  };
}
