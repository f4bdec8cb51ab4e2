-- An address has one reader.
delete from {schema}.answer where address = $1 returning body
