/**
 * Sent with everything that web answers itself. The site needs scripts, styles, fonts and pictures of its own and nothing else;
 * there is no 'unsafe-inline', so text that gets past the site's sanitiser still cannot run. HSTS belongs to whoever ends TLS.
 */
export const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** For forwarded answers that bring no policy of their own: data that nobody should render or frame. */
export const apiContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
