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

export const RegisterPage = ({ query }: PageProps) => {
  useTitle('Register');
  const next = nextOf(query);
  return (
    <div class="frame narrow">
      <h1>Register</h1>
      <p class="lede">
        Have an account already? <a href={hrefWith('/login', { next: query.get('next') ?? undefined })}>Log in</a>.
      </p>
      <Form
        label="Register"
        busyLabel="Registering …"
        submit={async ({ username = '', email = '', password = '' }, key) => {
          const { user } = await call('register', { body: { user: { username, email, password } } }, { key });
          startSession(user);
          navigate(next, { replace: true });
        }}
      >
        <Field name="username" label="Username" autoComplete="username" maxLength={limits.username} required />
        <Field name="email" label="E-mail" type="email" autoComplete="email" maxLength={limits.email} required />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${limits.password.min} characters.`}
          maxLength={limits.password.max}
          required
        />
      </Form>
    </div>
  );
};
