import {
  Bell,
  Building2,
  Filter,
  KeyRound,
  Keyboard,
  MessageSquareQuote,
  Palette,
  ScrollText,
  ShieldCheck,
  Tag,
  UserRound,
  Users,
  UsersRound,
  Zap,
  type LucideIcon,
} from "lucide-react";

/** A page of the settings. Its texts are `section.<path>`, and `words.<path>`: what a search finds it by. */
export interface Section {
  path: string;
  group: "mine" | "workspace" | "inbox" | "records";
  icon: LucideIcon;
  needs?: string;
}

export const sections: readonly Section[] = [
  { path: "profile", group: "mine", icon: UserRound },
  { path: "security", group: "mine", icon: ShieldCheck },
  { path: "appearance", group: "mine", icon: Palette },
  { path: "keyboard", group: "mine", icon: Keyboard },
  { path: "notifications", group: "mine", icon: Bell },
  { path: "workspace", group: "workspace", icon: Building2, needs: "workspace:manage" },
  { path: "members", group: "workspace", icon: Users, needs: "conversations:read" },
  { path: "roles", group: "workspace", icon: KeyRound, needs: "members:manage" },
  { path: "teams", group: "workspace", icon: UsersRound, needs: "workspace:manage" },
  { path: "labels", group: "inbox", icon: Tag, needs: "workspace:manage" },
  { path: "canned", group: "inbox", icon: MessageSquareQuote, needs: "conversations:write" },
  { path: "macros", group: "inbox", icon: Zap, needs: "conversations:write" },
  { path: "views", group: "inbox", icon: Filter, needs: "conversations:read" },
  { path: "audit", group: "records", icon: ScrollText, needs: "audit:read" },
];
