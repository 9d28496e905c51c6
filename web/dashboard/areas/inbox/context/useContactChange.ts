import { call } from "../../../api/client.js";
import { queryClient } from "../../../api/queryClient.js";
import { toast } from "../../../components/ui/toast.js";
import { keys } from "../data/keys.js";
import type { ContactDto } from "../data/types.js";

export interface ContactChange {
  name?: string | null;
  language?: string | null;
  attributes?: Record<string, string | number | boolean | null>;
}

/** Changes a contact; resolves to whether it worked. */
export async function changeContact(workspaceId: string, id: string, change: ContactChange): Promise<boolean> {
  try {
    const after = await call<ContactDto>(`/contacts/${id}`, { method: "PATCH", workspaceId, body: change });
    queryClient.setQueryData(keys.contact(workspaceId, id), after);
    return true;
  } catch (error) {
    toast.failed(error);
    return false;
  }
}
