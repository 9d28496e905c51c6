import { Contact, Download, Ellipsis, Search, Upload, UserPlus } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useNavigate } from "react-router";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { ContactDto } from "../../../../src/wire/contacts.js";
import { useCan, useWorkspace } from "../../api/session.js";
import { useTitle } from "../../app/title.js";
import { Avatar } from "../../components/ui/Avatar.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button, buttonLook, IconButton } from "../../components/ui/Button.js";
import { ChannelGlyph, channelName } from "../../components/ui/ChannelGlyph.js";
import { Input } from "../../components/ui/Input.js";
import { Menu } from "../../components/ui/Menu.js";
import { Skeleton, Spinner } from "../../components/ui/Spinner.js";
import { EmptyState, ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { nameOf, useContacts, useSettled } from "./data.js";
import { useListFilters } from "./filters.js";
import { Segments } from "./Segments.js";
import { useContactKeys } from "./useContactKeys.js";

const AddContactDialog = lazy(async () => ({ default: (await import("./AddContact.js")).AddContactDialog }));

const columns =
  "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 md:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_7rem_6rem] md:px-8";

function Row({ contact, at }: { contact: ContactDto; at: "created_at" | "updated_at" }) {
  const { t } = useTranslation("contacts");
  const { id } = useWorkspace();
  const { search } = useLocation();
  const name = nameOf(contact, t("nameless"));
  const first = contact.identities[0];
  const { phone, email } = contact.attributes;
  const reached = first ? (first.aliases[0]?.value ?? first.provider_chat) : (phone ?? email);
  const kinds = [...new Set(contact.identities.map(({ channel }) => channel))];
  return (
    <Link
      to={`/w/${id}/contacts/${contact.id}${search}`}
      data-contact={contact.id}
      className={`${columns} min-h-(--row) border-b py-1.5 hover:bg-surface-1 focus-visible:-outline-offset-2`}
    >
      <span className="flex min-w-0 items-center gap-3">
        <Avatar name={name} seed={contact.id} size={32} />
        <span className="min-w-0">
          <span dir="auto" className="block truncate text-side font-medium">
            {name}
          </span>
          <span dir="auto" className="block truncate text-side text-meta text-text-3 md:hidden">
            {reached}
          </span>
        </span>
        {contact.attributes.Demo === true && <Badge tone="info">{t("demo")}</Badge>}
      </span>
      <span className="hidden min-w-0 items-center gap-2 text-text-2 md:flex">
        {kinds.map((kind) => (
          <span key={kind} title={channelName(kind)}>
            <ChannelGlyph kind={kind} />
            <span className="sr-only">{channelName(kind)}</span>
          </span>
        ))}
        <bdi className="truncate">{reached}</bdi>
      </span>
      <span className="hidden text-text-2 md:block">{contact.language ?? "–"}</span>
      <Time at={contact[at]} as="short" className="text-end text-meta text-text-3" />
    </Link>
  );
}

/** Everybody who wrote, in a table that only draws what is seen. */
export function ContactsPage() {
  const { t } = useTranslation(["contacts", "inbox"]);
  const { id } = useWorkspace();
  const can = useCan();
  const rows = useRef<VirtualizerHandle>(null);
  const [adding, setAdding] = useState(false);
  const mayAdd = can("contacts:write");
  const scroller = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState("");
  const q = useSettled(search.trim());
  const [filters, setFilters] = useListFilters();
  const filtered = q !== "" || Object.keys(filters).length > 0;
  const list = useContacts(q, filters);
  const navigate = useNavigate();
  const { search: address } = useLocation();
  const contacts = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const order = (filters.changed_after ?? filters.changed_before) ? "updated_at" : "created_at";
  useTitle(t("title"));
  useContactKeys(
    contacts.map((contact) => contact.id),
    rows,
    mayAdd ? () => setAdding(true) : null,
  );
  const exportAll = async () => {
    const { exportFile, keepFile } = await import("./importing/transfer.js");
    const file = await exportFile(id, { ...filters, ...(q === "" ? {} : { q }) });
    keepFile(`contacts-${new Date().toISOString().slice(0, 10)}.csv`, file);
  };
  const more = () => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };
  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 pt-6 pb-4 md:px-8">
        <h1 className="text-title font-semibold tracking-[-0.01em]">{t("title")}</h1>
        <div className="flex w-full gap-2 sm:w-auto">
          <div className="relative min-w-0 flex-1 sm:w-80">
            <Search className="pointer-events-none absolute start-3 top-2.5 size-4 text-text-3" aria-hidden="true" />
            <Input
              type="search"
              // While it is empty, its words run as the page does.
              dir={search === "" ? undefined : "auto"}
              className="px-9"
              aria-label={t("search")}
              placeholder={t("search")}
              maxLength={200}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            {list.isFetching && !list.isFetchingNextPage && search !== "" && (
              <Spinner className="absolute end-8 top-2.5 text-text-3" />
            )}
          </div>
          {mayAdd && (
            <Button onClick={() => setAdding(true)}>
              <UserPlus aria-hidden="true" />
              {t("add.open")}
            </Button>
          )}
          <Menu
            align="end"
            trigger={<IconButton label={t("more")} icon={<Ellipsis aria-hidden="true" />} />}
            sections={[
              {
                items: [
                  ...(mayAdd
                    ? [
                        {
                          label: t("import.open"),
                          icon: <Upload aria-hidden="true" />,
                          onSelect: () => void navigate(`/w/${id}/contacts/import${address}`),
                        },
                      ]
                    : []),
                  {
                    label: t(filtered ? "export.these" : "export.all"),
                    icon: <Download aria-hidden="true" />,
                    onSelect: () => void exportAll().catch(toast.failed),
                  },
                ],
              },
            ]}
          />
        </div>
      </header>
      <Segments
        q={q}
        filters={filters}
        onChange={(next, words) => {
          setFilters(next);
          if (words !== undefined) setSearch(words);
        }}
      />
      <div className={`${columns} h-8 border-b text-meta font-medium text-text-3`} aria-hidden="true">
        <span>{t("column.name")}</span>
        <span className="hidden md:block">{t("column.reach")}</span>
        <span className="hidden md:block">{t("column.language")}</span>
        <span className="text-end">{t(order === "updated_at" ? "column.updated" : "column.added")}</span>
      </div>
      <div
        ref={scroller}
        className="min-h-0 flex-1 overflow-y-auto"
        onScroll={(event) => {
          const box = event.currentTarget;
          if (box.scrollHeight - box.scrollTop - box.clientHeight < 600) more();
        }}
      >
        {list.isPending &&
          Array.from({ length: 10 }, (_, index) => (
            <div key={index} className={`${columns} min-h-(--row) border-b`}>
              <span className="flex items-center gap-3">
                <Skeleton className="size-8 rounded-full" />
                <Skeleton className="h-3.5 w-36" />
              </span>
              <Skeleton className="h-3.5 w-16" />
            </div>
          ))}
        {list.error && contacts.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && contacts.length === 0 && (
          <EmptyState
            icon={Contact}
            title={!filtered ? t("empty") : q === "" ? t("noneLeft") : t("noMatch", { q })}
            primary={
              filtered ? (
                <Button
                  onClick={() => {
                    setSearch("");
                    setFilters({});
                  }}
                >
                  {t("clear")}
                </Button>
              ) : (
                can("channels:manage") && (
                  <Link to={`/w/${id}/channels/new`} className={buttonLook({ variant: "primary" })}>
                    {t("connect")}
                  </Link>
                )
              )
            }
          >
            {!filtered ? t("emptyText") : q === "" ? t("noneLeftText") : t("noMatchText")}
          </EmptyState>
        )}
        <div role="list" aria-label={t("title")}>
          <Virtualizer ref={rows} scrollRef={scroller}>
            {contacts.map((contact) => (
              <div role="listitem" key={contact.id}>
                <Row contact={contact} at={order} />
              </div>
            ))}
          </Virtualizer>
        </div>
        {list.isFetchingNextPage && (
          <div className="flex justify-center py-4 text-text-3">
            <Spinner label={t("common:state.loading")} />
          </div>
        )}
      </div>
      <Suspense>{adding && <AddContactDialog onClose={() => setAdding(false)} />}</Suspense>
      <Outlet />
    </div>
  );
}
