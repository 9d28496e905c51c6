import { toast, type Notice } from "../../../components/ui/toast.js";
import { nothingStands, withNews, without, type Standing, type Told } from "./standing.js";

const most = 3;
const mostOnPhone = 2;
const together = "together";

/** What notices say, and where their buttons lead. */
export interface NoticeTexts {
  of: (told: Told) => Notice;
  together: (folded: readonly Told[]) => Notice;
}

/** The notices at the edge of the page: one for each conversation however much comes, and never more than a few. */
export interface Notices {
  tell: (told: readonly Told[]) => void;
  /** Somebody looks at it now. */
  seen: (conversationId: string) => void;
  clear: () => void;
}

/** Makes the notices of a page. */
export function createNotices(texts: NoticeTexts): Notices {
  let standing: Standing = nothingStands;
  let lives = 0;
  /** Under which id each of them stands. One that was taken away is on its way out for a moment: the next gets another. */
  const ids = new Map<string, string>();

  function show(key: string, notice: Notice, gone: () => void): void {
    const known = ids.get(key);
    const id = known ?? `notice/${String((lives += 1))}`;
    ids.set(key, id);
    toast.notice(id, notice, () => {
      if (ids.get(key) !== id) return;
      ids.delete(key);
      gone();
    });
  }
  function hide(key: string): void {
    const id = ids.get(key);
    if (id === undefined) return;
    ids.delete(key);
    toast.withdraw(id);
  }
  function showTogether(): void {
    if (standing.folded.length === 0) return hide(together);
    show(together, texts.together(standing.folded), () => {
      standing = { ...standing, folded: [] };
    });
  }

  return {
    tell(told) {
      const room = matchMedia("(max-width: 767px)").matches ? mostOnPhone : most;
      const before = standing;
      const ours = new Set<string | number>(ids.values());
      const others = toast.standing().filter((id) => !ours.has(id)).length;
      for (const one of told) standing = withNews(standing, one, Math.max(mostOnPhone, room - others));
      for (const { row } of before.singly) if (!standing.singly.some((one) => one.row.id === row.id)) hide(row.id);
      if (standing.folded.length > 0 || before.folded.length > 0) showTogether();
      const news = new Set(told.map(({ row }) => row.id));
      for (const one of standing.singly)
        if (news.has(one.row.id))
          show(one.row.id, texts.of(one), () => {
            standing = without(standing, one.row.id);
          });
    },
    seen(conversationId) {
      const folded = standing.folded.length;
      standing = without(standing, conversationId);
      hide(conversationId);
      if (standing.folded.length !== folded) showTogether();
    },
    clear() {
      for (const key of [...ids.keys()]) hide(key);
      standing = nothingStands;
    },
  };
}
