import { useWorkspace } from "../../api/session.js";

export type ChannelTab = "connection" | "log" | "templates" | "simulator" | "danger";

/** Addresses of the pages about channels. */
export function usePaths() {
  const { id } = useWorkspace();
  const base = `/w/${id}/channels`;
  return {
    list: base,
    pick: `${base}/new`,
    channel: (channelId: string, tab: ChannelTab = "connection") => `${base}/${channelId}/${tab}`,
    wizard: (channelId: string, step?: string) => `${base}/${channelId}/connect${step === undefined ? "" : `/${step}`}`,
    inbox: `/w/${id}/inbox`,
    conversation: (conversationId: string) => `/w/${id}/inbox/all/${conversationId}`,
    team: `/w/${id}/settings/members`,
  };
}
