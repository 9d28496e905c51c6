/**
 * Keeps one server alive exactly as long as the launcher: ends it when told to, and when the launcher is gone (even by
 * kill -9), after the program had `grace` milliseconds to finish its work. Started detached, so that Ctrl-C reaches the launcher only.
 */
import { spawn } from "node:child_process";

const [grace, program, ...args] = process.argv.slice(2);
const server = spawn(program, args, { stdio: "ignore" });

server.on("error", () => process.exit(1));
server.on("exit", (code) => process.exit(code ?? 0));
const stop = () => server.kill("SIGTERM");
process.on("SIGTERM", stop);
process.on("SIGINT", () => undefined);
process.on("disconnect", () => setTimeout(stop, Number(grace)));
