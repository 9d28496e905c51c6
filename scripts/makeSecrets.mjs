/**
 * Makes the secrets of a container set-up in a directory, one file each (mode 0600), on the first start. What is there is
 * never touched: a new master key could not open what the old one sealed.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dir = process.argv[2] ?? "/secrets";
const secrets = {
  master_key: () => randomBytes(32).toString("base64"),
  session_secret: () => randomBytes(32).toString("base64url"),
  admin_token: () => randomBytes(24).toString("base64url"),
};
mkdirSync(dir, { recursive: true, mode: 0o700 });
for (const [name, make] of Object.entries(secrets)) {
  const file = join(dir, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600, flag: "wx" });
}
