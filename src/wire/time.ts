import { z } from "zod";

/** An instant as every DTO shows it. */
export const time = z.iso.datetime().describe("RFC 3339, UTC");
