import { lazy, type ComponentType } from "react";

/**
 * A part of the page that is fetched ahead of its use: once `load` has answered it is drawn at once, so that keys typed right
 * after the one that opened it reach it. Drawn before that, it waits as any lazy part does.
 */
export function ahead<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> & { fetch(): Promise<unknown> } {
  let Here: ComponentType<Props> | undefined;
  const fetched = async () => {
    Here ??= await load();
    return { default: Here };
  };
  const Later = lazy(fetched) as unknown as ComponentType<Props>;
  function Ahead(props: Props) {
    return Here ? <Here {...props} /> : <Later {...props} />;
  }
  Ahead.fetch = fetched;
  return Ahead;
}
