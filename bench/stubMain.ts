/** The stub server as a process of its own, as the store is one: fixed answers, or pages straight from an LMDB table. */
import { bareTable } from "./bareTable.js";
import { rowOf } from "./rows.js";
import { startStub } from "./stubServer.js";

const [dir, size = "0", pageSize = "0"] = process.argv.slice(2);
const table = dir === undefined ? undefined : bareTable(dir);
let n = 0;
const page = () =>
  table!.page(Number(pageSize) + ((n++ * 7_919) % (Number(size) - Number(pageSize))), Number(pageSize));
const stub = await startStub(rowOf(1), table && page);
process.send?.(stub.uri);
process.on("disconnect", () => process.exit(0));
