import { Code, Globe, MessageCircle, MonitorSmartphone, Phone, Send, Zap, type LucideIcon } from "lucide-react";

const glyphs: Record<string, { icon: LucideIcon; name: string }> = {
  telegram: { icon: Send, name: "Telegram" },
  whatsapp: { icon: Phone, name: "WhatsApp" },
  whatsapp_web: { icon: MonitorSmartphone, name: "WhatsApp Web" },
  messenger: { icon: Zap, name: "Messenger" },
  http: { icon: Code, name: "HTTP" },
  webchat: { icon: Globe, name: "Web chat" },
};

/** What a kind of channel is called: its own name, the same in every language. */
export const channelName = (kind: string): string => glyphs[kind]?.name ?? kind;

/** The sign of a kind of channel, of one colour; with `label` its name beside it. */
export function ChannelGlyph({ kind, size = 16, label = false }: { kind: string; size?: number; label?: boolean }) {
  const Icon = glyphs[kind]?.icon ?? MessageCircle;
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon style={{ width: size, height: size }} aria-hidden="true" />
      {label && channelName(kind)}
    </span>
  );
}
