"""The house an auction is played in; each package inside says what it is."""
