const place = (publicUrl: string, workspaceId: string) =>
  `${publicUrl.replace(/\/$/, "")}/w/${encodeURIComponent(workspaceId)}`;

/** Where a conversation is, whatever became of it. */
export const conversationPath = (workspaceId: string, id: string): string =>
  `${place("", workspaceId)}/inbox/all/${encodeURIComponent(id)}?status=any`;

export const conversationLink = (publicUrl: string, workspaceId: string, id: string): string =>
  `${publicUrl.replace(/\/$/, "")}${conversationPath(workspaceId, id)}`;

export const inboxLink = (publicUrl: string, workspaceId: string): string =>
  `${place(publicUrl, workspaceId)}/inbox/all`;

export const settingsLink = (publicUrl: string, workspaceId: string): string =>
  `${place(publicUrl, workspaceId)}/settings/notifications`;
