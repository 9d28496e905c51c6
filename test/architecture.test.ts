import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { describe, expect, it } from "@jest/globals";

/**
 * The picture of docs/architecture.md, enforced: who may import whom, no circles, files that hold one thing.
 * A room may import itself, `src/core`, and what its row names; "x/index" names only that face of a room.
 */
const rooms: Record<string, readonly string[]> = {
  config: [],
  "embedded/mongo": [],
  "src/core": [],
  "src/wire": [],
  "src/platform": ["config"],
  "src/adapters": [],
  "src/inbox": ["src/platform", "src/wire"],
  "src/identity": ["src/platform", "src/wire"],
  "src/api": ["src/wire", "src/identity"],
  "src/queue": ["src/platform", "src/inbox/index", "src/adapters", "src/features/*/index"],
  "src/sessions": ["src/platform", "src/inbox/index", "src/adapters"],
  "src/features": ["src/platform", "src/wire", "src/api", "src/identity", "src/inbox/index"],
  "src/http": [
    "src/platform",
    "src/wire",
    "src/api",
    "src/identity",
    "src/inbox/index",
    "src/adapters",
    "src/features/*/routes",
  ],
  "src/realtime": ["src/platform", "src/wire", "src/identity", "src/inbox/index", "src/adapters/intake"],
  "src/app": ["config", "src/*", "simulator/world/index"],
  "src/cli": ["config", "src/*"],
  "src/main": ["config", "src/app"],
  "web/dashboard": ["src/wire"],
  simulator: [],
  bench: ["config", "src/*", "embedded/mongo", "simulator"],
};

/** Third-party packages that one room, or one file, keeps to itself. */
const keepers: Record<string, RegExp> = {
  telegraf: /^src\/adapters\/telegram\/client\.ts$/,
  "whatsapp-web.js": /^src\/adapters\/whatsapp-web\/(client|parts|browser|linking)\.ts$/,
  bullmq: /^(src\/queue|bench)\//,
  "@bull-board/api": /^src\/queue\//,
  nodemailer: /^src\/platform\/mail\//,
  "openid-client": /^src\/identity\/oidc\.ts$/,
  "@node-rs/argon2": /^src\/identity\/passwords\.ts$/,
  "web-push": /^src\/features\/notifications\/webPush\.ts$/,
  otpauth: /^src\/identity\/secondFactor\.ts$/,
  lmdb: /^(embedded\/mongo|bench)\//,
  mongoose: /^src\/(platform|inbox|identity|features|sessions|app)\/|^bench\//,
  express: /^(src\/(http|queue|features|realtime|app)|simulator|bench)\//,
};

const sources = ["config", "embedded", "src", "web", "simulator", "bench"].flatMap((root) => filesBelow(root));
const imports = new Map(sources.map((file) => [file, importsOf(file)]));

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes(`${sep}test${sep}`));
}

/** What a file imports: our own files by path without ending, packages by name. */
function importsOf(file: string): { own: string[]; packages: string[] } {
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"|import\("([^"]+)"\)/g)];
  const names = found.map((match) => (match[1] ?? match[2])!);
  return {
    own: names
      .filter((name) => name.startsWith("."))
      .map((name) => relative(".", normalize(join(dirname(file), name))).replace(/\.(js|ts|mjs)$/, "")),
    packages: names.filter((name) => !name.startsWith(".") && !name.startsWith("node:")),
  };
}

const roomOf = (path: string) =>
  Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];

function allowed(row: readonly string[], target: string): boolean {
  return row.some((entry) => {
    const pattern = new RegExp(`^${entry.replaceAll("*", "[^/]+")}(/.*)?$`);
    return pattern.test(target);
  });
}

describe("the house", () => {
  it("has a row for every room", () => {
    expect(sources.map((file) => file.replace(/\.tsx?$/, "")).filter((file) => !roomOf(file))).toEqual([]);
  });

  it("imports only along the arrows of its table", () => {
    const wrong = [...imports].flatMap(([file, { own }]) => {
      const room = roomOf(file.replace(/\.tsx?$/, ""))!;
      return own
        .filter(
          (target) =>
            roomOf(target) !== room &&
            (!target.startsWith("src/core/") || room.startsWith("web/")) &&
            !allowed(rooms[room]!, target),
        )
        .map((target) => `${file} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("is the picture that docs/architecture.md shows", () => {
    const shown = [...readFileSync("docs/architecture.md", "utf8").matchAll(/^\| `([^`]+)\/` \|/gm)].map(
      (row) => row[1]!,
    );
    const built = Object.keys(rooms).filter((room) => sources.some((file) => file.startsWith(`${room}/`)));
    expect(shown.filter((room) => room !== "scripts").sort()).toEqual(built.sort());
  });

  it("gives the dashboard the shapes of the wire, and none of its code", () => {
    const wrong = sources
      .filter((file) => file.startsWith("web/"))
      .flatMap((file) =>
        [...readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*?"[^"]*src\/wire\/[^"]*"/gm)].map(
          (match) => `${file}: ${match[0]}`,
        ),
      );
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports", () => {
    const graph = new Map([...imports].map(([file, { own }]) => [file.replace(/\.tsx?$/, ""), own]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (node: string, path: string[]): void => {
      if (path.includes(node)) circles.push([...path.slice(path.indexOf(node)), node].join(" -> "));
      else if (!done.has(node)) {
        for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
        done.add(node);
      }
    };
    for (const node of graph.keys()) visit(node, []);
    // Types may point both ways (a port and who is given it); code may not: those circles are erased by the compiler.
    expect(circles.filter((circle) => !isTypeOnly(circle))).toEqual([]);
  });

  it("keeps each third-party package where it belongs", () => {
    const wrong = [...imports].flatMap(([file, { packages }]) =>
      packages.filter((name) => keepers[name] && !keepers[name].test(file)).map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("reads the environment in config only", () => {
    const wrong = sources.filter(
      (file) => !file.startsWith("config") && /process\.env/.test(readFileSync(file, "utf8")),
    );
    expect(wrong.filter((file) => !/^(embedded|simulator|bench)\//.test(file))).toEqual([]);
  });

  it("has no default exports, no left-overs and no drawer for everything", () => {
    const text = (file: string) => readFileSync(file, "utf8");
    expect(sources.filter((file) => /^export default /m.test(text(file)))).toEqual([]);
    expect(sources.filter((file) => /\b(TODO|FIXME|XXX)\b/.test(text(file)))).toEqual([]);
    expect(sources.filter((file) => /\/(utils?|helpers?|misc|common)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it("keeps files small enough to hold one thing", () => {
    const lines = (file: string) => readFileSync(file, "utf8").split("\n").length - 1;
    const tests = ["test", "embedded/mongo/test"].filter((folder) => statSync(folder, { throwIfNoEntry: false }));
    const long = [
      ...sources.filter((file) => lines(file) > 400),
      ...tests.flatMap((folder) => testFilesBelow(folder)).filter((file) => lines(file) > 600),
    ];
    expect(long).toEqual([]);
  });

  it("gives every channel its notes, its tests and its line in the registry", () => {
    const registry = readFileSync("src/adapters/registry.ts", "utf8");
    const channels = readdirSync("src/adapters", { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "shared")
      .map((entry) => entry.name);
    expect(channels.length).toBeGreaterThan(0);
    for (const channel of channels) {
      expect(registry).toContain(`./${channel}/index.js`);
      expect(readdirSync(`src/adapters/${channel}`)).toContain("NOTES.md");
      expect(readdirSync(`test/adapters/${channel}`).some((name) => name.endsWith(".test.ts"))).toBe(true);
    }
  });
});

function testFilesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFilesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/** True when some step of the circle is an import of types alone. */
function isTypeOnly(circle: string): boolean {
  const steps = circle.split(" -> ");
  return steps.slice(0, -1).some((from, index) => {
    const file = sources.find((source) => source.replace(/\.tsx?$/, "") === from)!;
    const name = steps[index + 1]!.split("/").at(-1)!;
    const lines = readFileSync(file, "utf8").match(new RegExp(`^(import|export)[^;]*?/${name}\\.js";`, "gm")) ?? [];
    return lines.length > 0 && lines.every((line) => /^(import|export) type /.test(line));
  });
}
