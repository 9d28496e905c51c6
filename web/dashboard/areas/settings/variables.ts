/** What a canned reply or a macro may speak of. */
export const variables = [
  "contact.first_name",
  "contact.name",
  "agent.first_name",
  "agent.name",
  "workspace.name",
  "channel.name",
  "conversation.id",
  "contact.attributes.city",
] as const;

/** The text as a customer would get it, with samples; and the variables nobody knows. Filters are left to the server. */
export function preview(text: string, samples: Readonly<Record<string, string>>): { text: string; unknown: string[] } {
  const unknown = new Set<string>();
  const shown = text.replace(/\{\{-?\s*([\w.]+)\s*(\|[^}]*)?-?\}\}/g, (whole, name: string) => {
    const sample = samples[name];
    if (sample !== undefined) return sample;
    if (name.startsWith("contact.attributes.")) return `[${name.slice("contact.attributes.".length)}]`;
    unknown.add(name);
    return whole;
  });
  return { text: shown, unknown: [...unknown] };
}
