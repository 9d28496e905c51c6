/** The MongoDB release whose behaviour this server follows. */
export const serverVersion = {
  text: "7.0.14",
  parts: [7, 0, 14, 0],
  compatibility: "7.0",
} as const;
