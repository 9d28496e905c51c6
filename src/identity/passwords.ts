import { hash, verify } from "@node-rs/argon2";
import { AppError } from "../core/errors.js";

/** OWASP's choice for argon2id: 19 MiB, two passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashing takes memory and processor time: more at once than this wait for their turn. */
const atOnceMost = 4;
/** Whoever would have to wait behind more than this is sent away at once. */
const waitingMost = 200;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnceMost) {
    if (waiting.length >= waitingMost) {
      throw new AppError("unavailable", "Too many people are signing in right now. Try again in a moment.", {
        retryAfterSeconds: 5,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Passwords that every list of guesses begins with, and what they are made of. */
const guessed = new Set([
  ..."password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 87654321".split(
    " ",
  ),
  ..."987654321 0987654321 11111111 00000000 22222222 66666666 77777777 88888888 99999999 12341234 11223344 12121212".split(
    " ",
  ),
  ..."1q2w3e4r 1q2w3e4r5t 1qaz2wsx qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 asdfghjkl zxcvbnm1 zaq12wsx q1w2e3r4".split(
    " ",
  ),
  ..."iloveyou iloveyou1 sunshine princess football baseball superman starwars trustno1 letmein1 letmein123 whatever computer".split(
    " ",
  ),
  ..."welcome1 welcome123 admin123 admin1234 administrator changeme changeme1 changeme123 default1 secret123 test1234 testtest".split(
    " ",
  ),
  ..."abcd1234 abc12345 abcdefgh aaaaaaaa asdfasdf monkey123 dragon123 master123 michelle jennifer internet samsung1".split(
    " ",
  ),
  ..."switchboard switchboard1 switchboard123".split(" "),
]);

/** Throws AppError `invalid_request` for a password that is among the first that anybody would try. */
export function checkPassword(password: string, email: string, pointer: string): void {
  const plain = password.normalize("NFKC").toLowerCase();
  const own = email.toLowerCase();
  if (!guessed.has(plain) && plain !== own && plain !== own.split("@")[0] && new Set(plain).size > 2) return;
  throw new AppError("invalid_request", "This password is among the first that anybody would try. Choose another.", {
    reason: "password_too_easy",
    errors: [{ pointer, message: "is too easy to guess" }],
  });
}

/** Normalised, so that the same characters from another keyboard are the same password. */
const normal = (password: string) => password.normalize("NFKC");

export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(normal(password), cost));

/** For accounts that do not exist or have no password: the same work is done, and it never fits. */
const nobody = hash("nobody has this password", cost);

/** True when the password fits. Takes as long for `null` as for a hash. */
export async function passwordFits(passwordHash: string | null, password: string): Promise<boolean> {
  const against = passwordHash ?? (await nobody);
  const fits = await inTurn(() => verify(against, normal(password)));
  return fits && passwordHash !== null;
}
