select ready, delayed, leased, suspects, dead from {schema}.counts($1)
