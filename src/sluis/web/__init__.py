"""The page kit: layout, components, forms, session, sign-in and languages. It knows no slice."""
