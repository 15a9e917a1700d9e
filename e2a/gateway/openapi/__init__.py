"""The interface in words for machines (`document`) and for people (`page`); no outside host."""
