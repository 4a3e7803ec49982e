import type { ComponentType } from 'preact';

export type PageProps = { params: Record<string, string>; query: URLSearchParams };
export type Page = ComponentType<PageProps>;
type Route = { pattern: RegExp; load: () => Promise<Page> };

const home: Route['load'] = async () => (await import('../pages/home/home.tsx')).HomePage;
const editor: Route['load'] = async () => (await import('../pages/editor/editor.tsx')).EditorPage;
const profile: Route['load'] = async () => (await import('../pages/profile/profile.tsx')).ProfilePage;
const productEditor: Route['load'] = async () =>
  (await import('../pages/product-editor/product-editor.tsx')).ProductEditorPage;
const orders: Route['load'] = async () => (await import('../pages/orders/orders.tsx')).OrdersPage;
const order: Route['load'] = async () => (await import('../pages/orders/order.tsx')).OrderPage;
const notFound: Route['load'] = async () => (await import('../pages/not-found.tsx')).NotFoundPage;

/** First match wins. */
const routes: readonly Route[] = [
  { pattern: /^\/(?<feed>feed)?$/, load: home },
  {
    pattern: /^\/article\/(?<slug>[^/]+)$/,
    load: async () => (await import('../pages/article/article.tsx')).ArticlePage,
  },
  { pattern: /^\/editor(?:\/(?<slug>[^/]+))?$/, load: editor },
  { pattern: /^\/profile\/(?<username>[^/]+)(?:\/(?<tab>favorites))?$/, load: profile },
  { pattern: /^\/settings$/, load: async () => (await import('../pages/settings/settings.tsx')).SettingsPage },
  { pattern: /^\/login$/, load: async () => (await import('../pages/account/login.tsx')).LoginPage },
  { pattern: /^\/register$/, load: async () => (await import('../pages/account/register.tsx')).RegisterPage },
  { pattern: /^\/shop$/, load: async () => (await import('../pages/shop/shop.tsx')).ShopPage },
  { pattern: /^\/shop\/new$/, load: productEditor },
  { pattern: /^\/shop\/(?<slug>[^/]+)$/, load: async () => (await import('../pages/product/product.tsx')).ProductPage },
  { pattern: /^\/shop\/(?<slug>[^/]+)\/edit$/, load: productEditor },
  { pattern: /^\/cluster$/, load: async () => (await import('../pages/cluster/cluster.tsx')).ClusterPage },
  { pattern: /^\/basket$/, load: async () => (await import('../pages/basket/basket.tsx')).BasketPage },
  { pattern: /^\/orders$/, load: orders },
  { pattern: /^\/orders\/(?<id>[^/]+)$/, load: order },
];

const decoded = (groups: Record<string, string | undefined>): Record<string, string> | undefined => {
  try {
    return Object.fromEntries(
      Object.entries(groups).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, decodeURIComponent(value)]],
      ),
    );
  } catch {
    return undefined;
  }
};

/** The page of an address, and what its path carries. A path that cannot be decoded names nothing. */
export const routeOf = (pathname: string): { load: Route['load']; params: Record<string, string> } => {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  for (const { pattern, load } of routes) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const params = decoded(match.groups ?? {});
    return params === undefined ? { load: notFound, params: {} } : { load, params };
  }
  return { load: notFound, params: {} };
};
