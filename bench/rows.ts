const filler = "x".repeat(380);

/** A row of about 600 bytes, as a stored message is. */
export function rowOf(n: number): {
  _id: number;
  workspaceId: string;
  conversationId: string;
  at: Date;
  status: string;
  text: string;
} {
  return {
    _id: n,
    workspaceId: "wsp_01JABCDEFGHJKMNPQRSTVWXYZ0",
    conversationId: `cnv_${n % 1000}`,
    at: new Date(1_700_000_000_000 + n * 1000),
    status: "received",
    text: `${filler}${n}`,
  };
}
