/** The app as a child of the launcher. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { root } from "./prepare.mjs";

/** Starts dist/src/main.js. `ready` resolves to what it says when it listens, or to undefined when it ended first. */
export function startApp(env, { execArgv = [], entry = join(root, "dist", "src", "main.js") } = {}) {
  const child = fork(entry, [], {
    env: { ...process.env, ...env },
    execArgv,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Ctrl-C reaches the launcher, which ends the app in order.
    detached: true,
  });
  const exited = new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  const ready = new Promise((resolve) => {
    child.on("message", (message) => {
      if (message.type === "ready") resolve(message);
    });
    void exited.then(() => resolve(undefined));
  });
  return { child, ready, exited };
}
