import { z } from "zod";

/**
 * Every setting, by subsystem. A setting's description is what `.env.example` and the README show. Secrets carry
 * `secret: true`: their value is never printed, and each may come from a file named by NAME_FILE.
 */
const text = z.string().trim().min(1);
const flagList = (names: readonly string[]) =>
  z
    .string()
    .transform((value) => value.split(",").map((part) => part.trim()))
    .refine((parts) => parts.every((part) => names.includes(part)), `must be a list of ${names.join(", ")}`);
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** A host name, IP address or CIDR range, each with an optional :port (an IPv6 address with a port stands in brackets). */
const targetList = z
  .string()
  .transform((value) => value.split(",").map((part) => part.trim()))
  .refine(
    (parts) =>
      parts.every((part) =>
        /^(\[[0-9a-f:.]+(\/\d{1,3})?\](:\d{1,5})?|[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*(\/\d{1,3})?|[\w.-]+(\/\d{1,3})?(:\d{1,5})?)$/i.test(
          part,
        ),
      ),
    "must be a list of host names, IP addresses or CIDR ranges, each with an optional :port",
  );

const masterKeys = z
  .string()
  .transform((value) => value.split(",").map((part) => Buffer.from(part.trim(), "base64")))
  .refine((keys) => keys.every((key) => key.length === 32), "must be 32 bytes in base64 (openssl rand -base64 32)");

const localHosts = ["127.0.0.1", "localhost", "[::1]"];
const oidcProvider = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,30}$/),
  label: text.max(100),
  issuer: z
    .url({ protocol: /^https?$/ })
    // Without TLS only on this machine: a stand-in, a test.
    .refine((issuer) => issuer.startsWith("https:") || localHosts.includes(new URL(issuer).hostname)),
  client_id: text,
  client_secret: text,
  allow_sign_up: z.boolean().optional(),
});

/** A JSON list of OIDC providers. */
const oidcProviders = z.string().transform((value, context): z.infer<typeof oidcProvider>[] => {
  let list: unknown;
  try {
    list = JSON.parse(value);
  } catch {
    context.addIssue({ code: "custom", message: "must be a JSON list" });
    return z.NEVER;
  }
  const read = z.array(oidcProvider).safeParse(list);
  const ids = read.success ? read.data.map(({ id }) => id) : [];
  if (read.success && new Set(ids).size === ids.length) return read.data;
  const where = read.success
    ? ["ids that differ"]
    : read.error.issues.map((issue) => issue.path.join(".") || "the list");
  context.addIssue({
    code: "custom",
    message: `must be a list of {id, label, issuer (https), client_id, client_secret, allow_sign_up}; see ${where.join(", ")}`,
  });
  return z.NEVER;
});

export const sections = {
  server: {
    NODE_ENV: z
      .enum(["development", "production", "test"])
      .default("development")
      .describe("`production` requires every secret from the environment"),
    PORT: wholeNumber(0, 65535).default(8080).describe("Port to listen on; 0 takes a free one"),
    HOST: text.default("127.0.0.1").describe("Address to listen on"),
    PUBLIC_URL: z
      .union([z.literal(""), z.url({ protocol: /^https?$/ })])
      .default("")
      .describe("Address under which providers reach this server; empty: http://HOST:PORT"),
    TRUST_PROXY: wholeNumber(0, 10).default(0).describe("How many proxies stand in front"),
    WEBHOOK_LIMIT_BYTES: wholeNumber(1024, 100_000_000).default(3_145_728).describe("Largest webhook body accepted"),
    JSON_LIMIT_BYTES: wholeNumber(1024, 100_000_000).default(1_048_576).describe("Largest API request body accepted"),
    SHUTDOWN_TIMEOUT_MS: wholeNumber(100, 600_000)
      .default(10_000)
      .describe("How long jobs in hand may take on shutdown"),
  },
  roles: {
    ROLES: flagList(["all", "api", "worker", "sessions"])
      .default(["all"])
      .describe("What this process does: all, or a list of api, worker, sessions"),
    WORKER_CONCURRENCY: wholeNumber(1, 1000).default(50).describe("Jobs at once, per queue"),
  },
  stores: {
    DATA_DIR: text.default("./data").describe("Where the local set-up keeps everything"),
    MONGODB_URI: z
      .string()
      .regex(/^mongodb(\+srv)?:\/\//, "must begin with mongodb:// or mongodb+srv://")
      .optional()
      .meta({ secret: true })
      .describe("MongoDB 6 or newer; unset: the local store under DATA_DIR"),
    MONGODB_DATABASE: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,60}$/, "must be 1 to 60 letters, digits, _ or -")
      .default("switchboard")
      .describe("Name of the database"),
    REDIS_URL: z
      .string()
      .regex(/^(rediss?:\/\/|unix:|\/)/, "must begin with redis://, rediss:// or be the path of a unix socket")
      .optional()
      .meta({ secret: true })
      .describe("Redis 6.2 or newer with maxmemory-policy noeviction; unset: a local one under DATA_DIR"),
    REDIS_PREFIX: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,60}$/, "must be 1 to 60 letters, digits, _ or -")
      .default("switchboard")
      .describe("Beginning of every Redis key"),
  },
  secrets: {
    MASTER_KEY: masterKeys
      .optional()
      .meta({ secret: true })
      .describe("32 bytes in base64 that protect all data keys; a list while rotating, newest first"),
    SESSION_SECRET: z
      .string()
      .min(32, "must have at least 32 characters")
      .optional()
      .meta({ secret: true })
      .describe("Signs cookies and addresses of files"),
    ADMIN_TOKEN: z
      .string()
      .min(16, "must have at least 16 characters")
      .optional()
      .meta({ secret: true })
      .describe("Opens /admin/queues; unset in production: the page is off"),
  },
  signIn: {
    OIDC_PROVIDERS: oidcProviders
      .optional()
      .meta({ secret: true })
      .describe(
        "Sign-in with other accounts (OpenID Connect), as JSON: [{id, label, issuer, client_id, client_secret, allow_sign_up}]",
      ),
    AUTH_PACE: z.coerce
      .number()
      .min(0.1)
      .max(10_000)
      .default(1)
      .describe("How often signing in, resetting and signing up may be tried, as a multiple of the usual"),
  },
  mail: {
    SMTP_URL: z
      .string()
      .regex(/^smtps?:\/\//, "must begin with smtp:// or smtps://")
      .optional()
      .meta({ secret: true })
      .describe(
        "Mail server: smtp://user:password@host:587; unset: mails are caught at /dev/mail, in production dropped",
      ),
    MAIL_FROM: text.default("Switchboard <switchboard@localhost>").describe("Who mails come from"),
  },
  files: {
    BLOB_STORE: z
      .enum(["directory", "s3"])
      .default("directory")
      .describe("Where sealed files lie: a directory (DATA_DIR/blobs) or an S3-compatible bucket (s3)"),
    S3_ENDPOINT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Address of an S3-compatible service; unset: Amazon's own for the region"),
    S3_REGION: text.default("us-east-1").describe("Region of the bucket"),
    S3_BUCKET: text.optional().describe("Name of the bucket; needed when BLOB_STORE is s3"),
    S3_ACCESS_KEY_ID: text.optional().describe("Who asks; needed when BLOB_STORE is s3"),
    S3_SECRET_ACCESS_KEY: text.optional().meta({ secret: true }).describe("Its secret; needed when BLOB_STORE is s3"),
    FILE_LIMIT_BYTES: wholeNumber(1024, 5_000_000_000)
      .default(104_857_600)
      .describe("Largest file accepted, in either direction"),
  },
  outbound: {
    OUTBOUND_ALLOW: targetList
      .default([])
      .describe(
        "Private targets that requests on behalf of users may reach all the same: host names, IPs, CIDRs, each with an optional :port",
      ),
  },
  limits: {
    API_READS_PER_MINUTE: wholeNumber(0, 10_000_000)
      .default(1_200)
      .describe("Reading requests an API key may make in a minute; 0: no limit"),
    API_WRITES_PER_MINUTE: wholeNumber(0, 10_000_000)
      .default(600)
      .describe("Writing requests an API key may make in a minute; 0: no limit"),
  },
  logging: {
    LOG_LEVEL: z
      .enum(["debug", "info", "warn", "error", "silent"])
      .default("info")
      .describe("Least serious line to write"),
  },
  channels: {
    SEND_PACE: z.coerce
      .number()
      .min(0.1)
      .max(1000)
      .default(1)
      .describe("How fast to send, as a multiple of the pace each provider publishes"),
    TELEGRAM_API_ROOT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Where the Bot API lives; unset: Telegram's own. A local Bot API server or a stand-in goes here"),
    GRAPH_API_ROOT: z
      .url({ protocol: /^https?$/ })
      .default("https://graph.facebook.com")
      .describe("Where Meta's Graph API lives, for WhatsApp and Messenger; a stand-in goes here"),
    GRAPH_API_VERSION: z
      .string()
      .regex(/^v\d{1,3}\.\d{1,2}$/, "such as v25.0")
      .default("v25.0")
      .describe("The version of the Graph API to speak"),
    WHATSAPP_WEB_API_ROOT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Where the page of WhatsApp Web comes from; unset: WhatsApp's own. A stand-in goes here"),
    SIMULATOR: z
      .enum(["auto", "on", "off"])
      .default("auto")
      .describe(
        "Built-in stand-ins of the providers, for trying out and for demo data; auto: on unless NODE_ENV is production",
      ),
    BROWSER_PATH: text
      .optional()
      .describe("Chromium for channels that need a browser; unset: chromium or google-chrome of the PATH"),
    BROWSER_SANDBOX: z
      .enum(["auto", "off"])
      .default("auto")
      .describe(
        "Chromium's own sandbox; auto: on unless the user is root, who has none. A container that allows no user namespaces needs off",
      ),
    FFMPEG_PATH: text
      .optional()
      .describe(
        "ffmpeg, which makes voice messages of what browsers record; unset: that of the PATH. Without it they go as files",
      ),
  },
};

/** Settings that must come from the environment in production, and are generated for the local set-up otherwise. */
export const requiredInProduction = ["MASTER_KEY", "SESSION_SECRET"] as const;

/** Settings that another one's value makes necessary. */
export const requiredWith = [
  { when: { name: "BLOB_STORE", value: "s3" }, needed: ["S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] },
] as const;

export const schema = z.object({
  ...sections.server,
  ...sections.roles,
  ...sections.stores,
  ...sections.secrets,
  ...sections.signIn,
  ...sections.mail,
  ...sections.files,
  ...sections.outbound,
  ...sections.limits,
  ...sections.logging,
  ...sections.channels,
});

export type Settings = z.infer<typeof schema>;
export type SettingName = keyof Settings;

/** True when the setting's value must never be shown. */
export function isSecret(name: SettingName): boolean {
  return (schema.shape[name] as z.ZodType).meta()?.secret === true;
}
