import { limits } from 'virtual:contract';
import { call } from '../../api/call.ts';
import { hrefWith } from '../../components/paging.ts';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { useTitle } from '../../router/arrival.ts';
import { navigate } from '../../router/location.ts';
import type { PageProps } from '../../router/routes.ts';
import { startSession } from '../../state/session.ts';
import { nextOf } from './next.ts';

export const LoginPage = ({ query }: PageProps) => {
  useTitle('Log in');
  const next = nextOf(query);
  return (
    <div class="frame narrow">
      <h1>Log in</h1>
      <p class="lede">
        No account yet? <a href={hrefWith('/register', { next: query.get('next') ?? undefined })}>Register</a>.
      </p>
      <Form
        label="Log in"
        busyLabel="Logging in …"
        submit={async ({ email = '', password = '' }, key) => {
          const { user } = await call('login', { body: { user: { email, password } } }, { key });
          startSession(user);
          navigate(next, { replace: true });
        }}
      >
        <Field name="email" label="E-mail" type="email" autoComplete="email" required />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
          maxLength={limits.password.max}
          required
        />
      </Form>
    </div>
  );
};
